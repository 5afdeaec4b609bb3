using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;
using Union.Host.Forwarding;
using Microsoft.Extensions.DependencyInjection;

namespace Union.Host.Tests.Forwarding;

public sealed class ForwarderTests
{
    [Fact]
    public async Task Unary_Allowed_BytesBothWaysAndCallerKnown()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = async context =>
        {
            var caller = context.RequestServices.GetRequiredService<Caller>();
            context.Response.ContentType = "application/proto";
            await context.Request.Body.CopyToAsync(context.Response.Body);
            await context.Response.WriteAsync($" {caller.Principal.Subject} {caller.Principal.Grants.Count} {caller.RequestId}");
        };
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(body: "ping"u8.ToArray());
        request.Headers.Add("x-request-id", "r1");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("ping ada 1 r1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("default-src 'none'; sandbox", Assert.Single(response.Headers.GetValues("content-security-policy")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("x-content-type-options")));
    }

    [Fact]
    public async Task RequestHeaders_OnlyListedOnes_ReachCluster()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest();
        foreach (var name in (string[])["authorization", "cookie", "forwarded", "x-forwarded-for", "union-cluster", "origin"])
        {
            request.Headers.TryAddWithoutValidation(name, "secret");
        }

        request.Headers.TryAddWithoutValidation("connect-protocol-version", "1");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var seen = await planes.Seen.Reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("secret", seen.SelectMany(h => h.Value));
        Assert.Equal("1", seen["connect-protocol-version"]);
        Assert.Equal("application/proto", seen.ContentType);
        Assert.True(seen.ContainsKey("union-assertion"));
    }

    [Theory]
    [InlineData("set-cookie")]
    [InlineData("location")]
    [InlineData("access-control-allow-origin")]
    [InlineData("x-anything")]
    public async Task ResponseHeader_Unlisted_502(string name)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = context =>
        {
            context.Response.Headers[name] = "x";
            return Answer("application/proto")(context);
        };
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest();

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.False(response.Headers.Contains(name));
    }

    [Theory]
    [InlineData(302, "application/proto")]
    [InlineData(200, "text/html")]
    [InlineData(200, null)]
    public async Task Response_RedirectOrPage_502(int status, string? type)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = context =>
        {
            context.Response.StatusCode = status;
            return Answer(type)(context);
        };
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest("application/grpc");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("13", Assert.Single(response.Headers.GetValues("grpc-status")));
    }

    [Theory]
    [InlineData("application/grpc", 200)]
    [InlineData("application/proto", 403)]
    public async Task Response_RefusalByTheClusterItself_ReachesTheCaller(string type, int status)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = context => RpcRefusal.WriteAsync(
            context, new UnionException(ErrorCode.PermissionDenied, "relay_refused", "Not past this cluster."));
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(type);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var message = response.Headers.TryGetValues("grpc-message", out var values) ? Uri.UnescapeDataString(values.Single()) : text;
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("Not past this cluster.", message, StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("GET", "/dp/{c}/flyteidl2.dataproxy.DataProxyService/TailLogs")]
    [InlineData("PUT", "/dp/{c}/flyteidl2.dataproxy.DataProxyService/TailLogs")]
    [InlineData("POST", "/dp/{c}/flyteidl2.dataproxy.DataProxyService/TailLogs?a=b")]
    [InlineData("POST", "/dp/{c}/flyteidl2.dataproxy.DataProxyService%2FTailLogs")]
    [InlineData("POST", "/dp/{c}/../{c}/flyteidl2.dataproxy.DataProxyService/TailLogs")]
    [InlineData("POST", "/dp/{c}//flyteidl2.dataproxy.DataProxyService/TailLogs")]
    [InlineData("POST", "/dp/{c}/flyteidl2.dataproxy.DataProxyService/TailLogs/")]
    [InlineData("POST", "/dp/{c}/flyteidl2.dataproxy.DataProxyService/taillogs")]
    [InlineData("POST", "/dp/{c}/flyteidl2.workflow.RunService/CreateRun")]
    [InlineData("POST", "/dp/{c}/union.cluster.v1.Cluster/PutPrivate")]
    [InlineData("POST", "http://127.0.0.1/dp/{c}/flyteidl2.dataproxy.DataProxyService/TailLogs")]
    public async Task RequestLine_NotExact_NeverReachesCluster(string method, string target)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");

        var status = await RawAsync(planes, method, target.Replace("{c}", planes.Cluster.Id, StringComparison.Ordinal));

        Assert.NotEqual("200", status);
        Assert.False(planes.Seen.Reader.TryRead(out _));
    }

    [Fact]
    public async Task RequestLine_Exact_ReachesCluster()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");

        Assert.Equal("200", await RawAsync(
            planes, "POST", $"/dp/{planes.Cluster.Id}/flyteidl2.dataproxy.DataProxyService/TailLogs"));
    }

    [Fact]
    public async Task Caller_NobodyOrWithoutVerbOrOfOtherOrg_Refused()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");

        planes.Caller = null;
        var nobody = await StatusAsync(planes);
        planes.Caller = new Principal("ada", "default", [new Grant(Verb.RunsRead)]);
        var without = await StatusAsync(planes);
        planes.Caller = new Principal("eve", "other", [new Grant(Verb.LogsRead)]);
        var foreign = await StatusAsync(planes);

        Assert.Equal((401, 403, 404), (nobody, without, foreign));
        Assert.False(planes.Seen.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Headers_OwnAssertionOrUnknownContentType_Refused()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");
        using var client = ForwardingFixture.NewClient();
        using var forged = planes.NewRequest();
        forged.Headers.Add("union-assertion", "a.b.c");
        using var page = planes.NewRequest("text/plain");

        using var first = await client.SendAsync(forged, TestContext.Current.CancellationToken);
        using var second = await client.SendAsync(page, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType), (first.StatusCode, second.StatusCode));
        Assert.False(planes.Seen.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Body_Over16MiB_ResourceExhausted()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = Answer("application/proto");
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(body: new byte[(16 * 1024 * 1024) + 1]);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Fact]
    public async Task Grpc_Stream_MessagesFlushTrailersPassAndCancelReachesCluster()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        var cancelled = new TaskCompletionSource();
        planes.Serve = async context =>
        {
            await BeginGrpcAsync(context);
            await using var registration = context.RequestAborted.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
        };
        using var call = Call(planes);

        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var message = Encoding.ASCII.GetString(call.ResponseStream.Current);
        call.Dispose();
        await cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("hello", message);
    }

    [Fact]
    public async Task Grpc_ClusterLostInStream_Unavailable()
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = HoldAsync;
        using var call = Call(planes);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        planes.Control.Revoke(planes.Cluster.Id);

        var e = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
    }

    [Theory]
    [InlineData("application/grpc-web+proto", "grpc-status: 14")]
    [InlineData("application/connect+proto", "\"code\":\"unavailable\"")]
    public async Task BrowserStream_ClusterLost_EndsInItsOwnProtocol(string type, string expected)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Serve = HoldAsync;
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(type);
        using var response = await client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);

        planes.Control.Revoke(planes.Cluster.Id);
        using var reader = new StreamReader(stream);

        Assert.Contains(expected, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/grpc", 200, "14")]
    [InlineData("application/json", 503, null)]
    public async Task Call_ClusterOffline_Unavailable(string type, int status, string? grpcStatus)
    {
        await using var planes = await ForwardingFixture.StartAsync();
        planes.Control.Revoke(planes.Cluster.Id);
        await planes.Control.NextLostAsync();
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(type);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(grpcStatus, response.Headers.TryGetValues("grpc-status", out var values) ? values.Single() : null);
    }

    [Fact]
    public async Task Stream_GrantEnds_PermissionDeniedWithinAMinute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var planes = await ForwardingFixture.StartAsync(time);
        planes.Serve = HoldAsync;
        using var call = Call(planes);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        planes.Caller = null;
        time.Advance(TimeSpan.FromSeconds(61));

        var e = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.PermissionDenied, e.StatusCode);
    }

    private static RequestDelegate Answer(string? type) => async context =>
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync("ok");
    };

    // A frame is: flags (1 byte), length (4 bytes, big-endian), content.
    private static async Task BeginGrpcAsync(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        await context.Response.Body.WriteAsync("\0\0\0\0\u0005hello"u8.ToArray());
        await context.Response.Body.FlushAsync();
    }

    private static async Task HoldAsync(HttpContext context)
    {
        await BeginGrpcAsync(context);
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
    }

    private static AsyncServerStreamingCall<byte[]> Call(ForwardingFixture planes)
    {
        var marshaller = Marshallers.Create(static (byte[] b) => b, static b => b);
        var method = new Method<byte[], byte[]>(
            MethodType.ServerStreaming, $"dp/{planes.Cluster.Id}/flyteidl2.dataproxy.DataProxyService", "TailLogs",
            marshaller, marshaller);
        var channel = GrpcChannel.ForAddress(planes.Clients);
        return channel.CreateCallInvoker().AsyncServerStreamingCall(method, null, default, []);
    }

    private static async Task<int> StatusAsync(ForwardingFixture planes)
    {
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest();
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    // By hand, since a client library would tidy the target up before it is sent.
    private static async Task<string> RawAsync(ForwardingFixture planes, string method, string target)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", planes.Clients.Port, TestContext.Current.CancellationToken);
        var request = $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/proto\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n\r\n";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(tcp.GetStream(), Encoding.ASCII);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return line!.Split(' ')[1];
    }
}
