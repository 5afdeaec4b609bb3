using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Union.Host.Tunnel.Preface;

namespace Union.Host.Tests.Tunnel.Preface;

public sealed class PlainPortTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Request_EitherVersionOnOnePort_Served(string version)
    {
        await using var app = await StartAsync(TimeProvider.System);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port(app)}/echo")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("hello"),
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var expected = version == "2.0" ? "HTTP/2 hello 127.0.0.1" : "HTTP/1.1 hello 127.0.0.1";
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Request_EitherVersionOnOneUnixSocket_Served(string version)
    {
        using var folder = new TemporaryFolder();
        var socket = new UnixDomainSocketEndPoint(folder.In("s"));
        await using var app = await StartAsync(TimeProvider.System, socket);
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel) };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/echo")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("hello"),
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(
            version == "2.0" ? "HTTP/2 hello " : "HTTP/1.1 hello ",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_FirstBytesOneByOne_Served()
    {
        await using var app = await StartAsync(TimeProvider.System);
        using var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync("127.0.0.1", Port(app), TestContext.Current.CancellationToken);
        foreach (var b in "PRINT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray())
        {
            await tcp.GetStream().WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
        }

        using var reader = new StreamReader(tcp.GetStream(), Encoding.ASCII);

        Assert.StartsWith("HTTP/1.1 404", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_NothingForTenSeconds_Closed()
    {
        var time = new FakeTimeProvider();
        await using var app = await StartAsync(time);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", Port(app), TestContext.Current.CancellationToken);
        var read = tcp.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();

        while (!read.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.Equal(0, await read);
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(endPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static int Port(WebApplication app) => app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Where(a => a.Contains("127.0.0.1:", StringComparison.Ordinal))
        .Select(a => int.Parse(a[(a.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture))
        .First(p => p != 0);

    private static async Task<WebApplication> StartAsync(TimeProvider time, EndPoint? endPoint = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time).AddPlainPorts();
        builder.WebHost.ConfigureKestrel(k => k.ListenPlain(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0)));
        var app = builder.Build();
        app.MapPost("/echo", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            return $"{context.Request.Protocol} {await reader.ReadToEndAsync()} {context.Connection.RemoteIpAddress}";
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
