using System.Net;

namespace Union.Host.Tests.Listening;

public sealed class HostGuardTests
{
    private const string Console = "    origins: [\"https://console.example.com\"]";

    [Theory]
    [InlineData("127.0.0.1:PORT", HttpStatusCode.OK)]
    [InlineData("localhost:PORT", HttpStatusCode.OK)]
    [InlineData("union.example.com", HttpStatusCode.OK)]
    [InlineData("evil.example:PORT", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.7:PORT", HttpStatusCode.Forbidden)]
    public async Task Host_OnlyOwnNames_Served(string host, HttpStatusCode expected)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(clients: "    publicUrl: https://union.example.com");
        using var client = new HttpClient();

        using var response = await plane.ListProjectsAsync(client, headers: ("Host", host));

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT", HttpStatusCode.OK, false)]
    [InlineData("https://console.example.com", HttpStatusCode.OK, true)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden, false)]
    [InlineData("http://127.0.0.1:1", HttpStatusCode.Forbidden, false)]
    [InlineData("null", HttpStatusCode.Forbidden, false)]
    public async Task Origin_OwnOrListed_Served(string origin, HttpStatusCode expected, bool shared)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(clients: Console);
        using var client = new HttpClient();

        using var response = await plane.ListProjectsAsync(client, headers: ("Origin", origin));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(shared, response.Headers.Contains("access-control-allow-origin"));
    }

    [Theory]
    [InlineData("https://console.example.com", true)]
    [InlineData("https://evil.example", false)]
    public async Task Preflight_OfListedOrigin_Allowed(string origin, bool allowed)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(clients: Console);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Options, $"http://127.0.0.1:{plane.Port}/flyteidl2.project.ProjectService/ListProjects");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,connect-protocol-version,authorization");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(allowed, response.Headers.Contains("access-control-allow-origin"));
        Assert.Equal(allowed, response.Headers.Contains("access-control-allow-headers"));
    }

    [Fact]
    public async Task OpsPort_ForeignHost_Refused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{plane.OpsPort}/livez");
        request.Headers.Host = "evil.example";

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }
}
