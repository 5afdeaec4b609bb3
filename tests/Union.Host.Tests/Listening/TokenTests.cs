using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Configuration;

namespace Union.Host.Tests.Listening;

public sealed class TokenTests
{
    [Fact]
    public async Task Caller_WithoutOrWithWrongToken_Unauthenticated()
    {
        await using var plane = await ControlPlaneFixture.StartAsync("token");
        using var client = new HttpClient();
        var admin = plane.AdministratorToken;

        foreach (var token in new[] { null, "nonsense", admin[..^1], $"{admin}x", admin.Replace("union_", "union-", StringComparison.Ordinal) })
        {
            using var response = await plane.ListProjectsAsync(client, token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal("unauthenticated", (string?)JsonNode.Parse(body)!["code"]);
        }

        using var known = await plane.ListProjectsAsync(client, admin);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task Token_OfAViewer_ReadsUntilRevoked()
    {
        await using var plane = await ControlPlaneFixture.StartAsync("token");
        using var client = new HttpClient();
        var created = await CallAsync(plane, client, plane.AdministratorToken, "CreateToken", """{"name":"ada","role":"TOKEN_ROLE_VIEWER"}""");
        var token = (string)created.Body["token"]!;

        using var reads = await plane.ListProjectsAsync(client, token);
        var makes = await CallAsync(plane, client, token, "CreateToken", """{"name":"eve","role":"TOKEN_ROLE_ADMIN"}""");
        var again = await CallAsync(plane, client, plane.AdministratorToken, "CreateToken", """{"name":"ada","role":"TOKEN_ROLE_ADMIN"}""");
        var listed = await CallAsync(plane, client, plane.AdministratorToken, "ListTokens", "{}");
        await CallAsync(plane, client, plane.AdministratorToken, "RevokeToken", """{"name":"ada"}""");
        using var revoked = await plane.ListProjectsAsync(client, token);

        Assert.Equal(HttpStatusCode.OK, reads.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, makes.Status);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal(["ada", "admin"], listed.Body["tokens"]!.AsArray().Select(t => (string?)t!["name"]));
        Assert.DoesNotContain("union_", listed.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, revoked.StatusCode);
    }

    [Fact]
    public async Task Token_Created_IsStoredAsAHashOnly()
    {
        await using var plane = await ControlPlaneFixture.StartAsync("token");
        var secret = Encoding.ASCII.GetBytes(plane.AdministratorToken.Split('_', 3)[2]);

        var stored = Directory.GetFiles(plane.Folder["control"], "control.db*").SelectMany(f =>
        {
            using var file = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }).ToArray();

        Assert.NotEmpty(stored);
        Assert.Equal(-1, stored.AsSpan().IndexOf(secret));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(plane.Folder["control-keys/admin.token"]));
    }

    [Theory]
    [InlineData("auth: none", "listen: 0.0.0.0:8700", "tls.certificate", "publicUrl", "auth: token")]
    [InlineData("auth: token", "listen: 10.1.2.3:8700", "tls.certificate", "publicUrl")]
    [InlineData("auth: token", "tls: {certificate: a.pem}", "together")]
    [InlineData("auth: token", "tls: {certificate: a.pem, key: b.pem, proxies: [10.0.0.0/8]}", "one of them")]
    [InlineData("auth: token", "tls: {proxies: [everywhere]}", "a network such as")]
    [InlineData("auth: token", "origins: [\"https://a.example/path\"]", "an origin such as")]
    public void Configuration_OpenPort_EverythingThatIsMissingIsSaid(string auth, string clients, params string[] expected)
    {
        var yaml = string.Create(CultureInfo.InvariantCulture, $"version: 1\ncontrolPlane:\n  {auth}\n  clients:\n    {clients}\n");
        var loader = new ConfigurationLoader(new ProcessEnvironment(new Dictionary<string, string>()));

        var thrown = Assert.Throws<InvalidDocumentException>(() => loader.Load("union.yaml", yaml, null));

        Assert.All(expected, e => Assert.Contains(thrown.Errors, error => error.Contains(e, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Configuration_AuthUnset_PlaneDoesNotStart()
    {
        var thrown = await Assert.ThrowsAsync<UnionException>(() => ControlPlaneFixture.StartAsync("null"));

        Assert.Equal("auth_unset", thrown.Reason);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> CallAsync(
        ControlPlaneFixture plane, HttpClient client, string token, string method, string body)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"http://127.0.0.1:{plane.Port}/union.admin.v1.TokenService/{method}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(answer)!);
    }
}
