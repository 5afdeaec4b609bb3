using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Flyteidl2.Workflow;
using Grpc.Core;

namespace Union.Host.Tests.Connect;

/// <summary>What is wrong with a call is said with the right code, without a stack, and its content is logged nowhere.</summary>
public sealed class ConnectBadInputTests
{
    private const string Canary = "quarterly-margin-of-acme";

    private static readonly Version[] Versions = [HttpVersion.Version11, HttpVersion.Version20];

    public static TheoryData<string, byte[], string, int, string> Unary => new()
    {
        { "text/plain", Text(Canary), "", 415, "invalid_argument" },
        { "application/connect+proto", ConnectFixture.Envelope(0, []), "", 200, "invalid_argument" },
        { "application/proto", Text($"\u0007{Canary}"), "", 400, "invalid_argument" },
        { "application/proto", [0x0a, 0x20, 0x01], "", 400, "invalid_argument" },
        { "application/proto", [0x0a, 0x04, 0x22, 0x02, 0xc3, 0x28], "", 400, "invalid_argument" },
        { "application/proto", Text(Canary), "content-encoding=gzip", 400, "invalid_argument" },
        { "application/proto", ConnectFixture.Gzip(ConnectFixture.Request("r1"))[..^12], "content-encoding=gzip", 400, "invalid_argument" },
        { "application/proto", Text(Canary), "content-encoding=br", 501, "unimplemented" },
        { "application/proto", new byte[ConnectFixture.MaxBytes + 6], "", 429, "resource_exhausted" },
        { "application/proto", ConnectFixture.Gzip(new byte[3_000_000]), "content-encoding=gzip", 429, "resource_exhausted" },
        { "application/proto", ConnectFixture.Gzip(new byte[100_000_000]), "content-encoding=gzip", 429, "resource_exhausted" },
        { "application/json", Text(Canary), "", 400, "invalid_argument" },
        { "application/json", [], "", 400, "invalid_argument" },
        { "application/json", Text($$"""{"runId": {"name": "{{Canary}}" """), "", 400, "invalid_argument" },
        { "application/json", Text($$"""{"runId": "{{Canary}}"}"""), "", 400, "invalid_argument" },
        { "application/json", [.. "{\"runId\":{\"name\":\""u8, 0xc3, 0x28, .. "\"}}"u8], "", 400, "invalid_argument" },
        { "application/proto", [], "connect-timeout-ms=0", 504, "deadline_exceeded" },
        { "application/proto", [], "connect-timeout-ms=-5", 400, "invalid_argument" },
        { "application/proto", [], "connect-timeout-ms=soon", 400, "invalid_argument" },
        { "application/proto", [], "connect-protocol-version=2", 400, "invalid_argument" },
    };

    public static TheoryData<string, byte[], string> Streams => new()
    {
        { "", [], "invalid_argument" },
        { "", [0, 0, 0], "invalid_argument" },
        { "", [0, 0, 0, 0, 9, 1], "invalid_argument" },
        { "", [0, 0xff, 0xff, 0xff, 0xff, 1], "invalid_argument" },
        { "", [.. ConnectFixture.Envelope(0, []), .. ConnectFixture.Envelope(0, [])], "invalid_argument" },
        { "", ConnectFixture.Envelope(1, ConnectFixture.Gzip([1])), "invalid_argument" },
        { "gzip", ConnectFixture.Envelope(2, Text("{}")), "invalid_argument" },
        { "gzip", ConnectFixture.Envelope(1, ConnectFixture.Gzip(new byte[100_000_000])), "resource_exhausted" },
        { "zstd", ConnectFixture.Envelope(1, [1]), "unimplemented" },
    };

    [Theory]
    [MemberData(nameof(Unary))]
    public async Task Unary_Bad_RightCodeAndNothingLogged(string type, byte[] body, string header, int status, string code)
    {
        await using var server = await ConnectFixture.StartAsync();
        var headers = header.Length == 0 ? [] : new[] { (header.Split('=')[0], header.Split('=')[1]) };
        foreach (var version in Versions)
        {
            using var request = Over(version, ConnectFixture.Post("GetRunDetails", type, body, headers));

            var (response, answer) = await server.CallAsync(request);

            Assert.Equal((version, status), (response.Version, (int)response.StatusCode));
            var error = status == 200
                ? JsonNode.Parse(Assert.Single(ConnectFixture.Envelopes(answer)).Content)!["error"]! : JsonNode.Parse(answer)!;
            Assert.Equal(code, (string?)error["code"]);
            AssertSaysNothing(answer, server);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Stream_Bad_RightCode(string encoding, byte[] body, string code)
    {
        await using var server = await ConnectFixture.StartAsync();
        var headers = encoding.Length == 0 ? [] : new[] { ("connect-content-encoding", encoding) };
        foreach (var version in Versions)
        {
            using var request = Over(
                version, ConnectFixture.Post("WatchActionDetails", "application/connect+proto", body, headers));

            var (response, answer) = await server.CallAsync(request);

            var (flags, content) = Assert.Single(ConnectFixture.Envelopes(answer));
            Assert.Equal((version, 2), (response.Version, flags));
            Assert.Equal(code, (string?)JsonNode.Parse(content)!["error"]!["code"]);
            AssertSaysNothing(answer, server);
        }
    }

    [Theory]
    [InlineData("/flyteidl2.workflow.RunService/NoSuchMethod")]
    [InlineData("/flyteidl2.workflow.NoSuchService/CreateRun")]
    [InlineData("/flyteidl2.workflow.RunService/ListRuns")]
    public async Task Method_Unknown_UnimplementedWithItsName(string path)
    {
        await using var server = await ConnectFixture.StartAsync();
        foreach (var version in Versions)
        {
            using var request = Over(version, ConnectFixture.Post("x", "application/proto", []));
            request.RequestUri = new Uri(path, UriKind.Relative);

            var (response, answer) = await server.CallAsync(request);

            Assert.Equal((version, 501), (response.Version, (int)response.StatusCode));
            Assert.Equal("unimplemented", (string?)JsonNode.Parse(answer)!["code"]);
            Assert.Contains(path, (string?)JsonNode.Parse(answer)!["message"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"request": {"sortBy": {"direction": "SIDEWAYS"}}}""")]
    [InlineData("""{"request": {"filters": [{"function": "NEARLY"}]}}""")]
    public async Task Json_EnumNameUnknown_InvalidArgument(string body)
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = ConnectFixture.Post("ListRuns", "application/json", Text(body));

        var (response, answer) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_argument", (string?)JsonNode.Parse(answer)!["code"]);
    }

    [Theory]
    [InlineData("gzip", "100000000", StatusCode.ResourceExhausted)]
    [InlineData("gzip", "3000000", StatusCode.ResourceExhausted)]
    public async Task Grpc_CompressedBomb_ResourceExhausted(string encoding, string bytes, StatusCode code)
    {
        await using var server = await ConnectFixture.StartAsync();
        var frame = ConnectFixture.Envelope(1, ConnectFixture.Gzip(new byte[int.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture)]));
        using var request = ConnectFixture.Post("GetRunDetails", "application/grpc", frame, ("grpc-encoding", encoding), ("te", "trailers"));
        request.Version = new Version(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;

        var (response, _) = await server.CallAsync(request);

        Assert.Equal(((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture), GrpcStatus(response));
    }

    [Fact]
    public async Task Grpc_NoMessage_InvalidArgument()
    {
        await using var server = await ConnectFixture.StartAsync();
        var frame = ConnectFixture.Envelope(0, Text($"\u0007{Canary}"));
        using var request = ConnectFixture.Post("GetRunDetails", "application/grpc", frame, ("te", "trailers"));
        request.Version = new Version(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;

        var (response, answer) = await server.CallAsync(request);

        Assert.Equal("3", GrpcStatus(response));
        AssertSaysNothing(answer, server);
    }

    [Theory]
    [InlineData("1u")]
    [InlineData("1m")]
    public async Task Grpc_DeadlinePassed_DeadlineExceeded(string timeout)
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = async (_, context) =>
        {
            var over = new TaskCompletionSource<GetRunDetailsResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.CancellationToken.Register(() => over.SetCanceled(context.CancellationToken));
            return await over.Task;
        };
        using var request = Over(HttpVersion.Version20, ConnectFixture.Post(
            "GetRunDetails", "application/grpc", ConnectFixture.Envelope(0, ConnectFixture.Request("r1")),
            ("te", "trailers"), ("grpc-timeout", timeout)));

        var (response, _) = await server.CallAsync(request);

        Assert.Equal("4", GrpcStatus(response));
    }

    [Fact]
    public async Task Client_LeavesInTheMiddleOfItsBody_ServerGoesOn()
    {
        await using var server = await ConnectFixture.StartAsync();
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync("127.0.0.1", server.Address.Port, TestContext.Current.CancellationToken);
            await tcp.GetStream().WriteAsync(
                Text($"POST /{ConnectFixture.Service}/GetRunDetails HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: 99\r\n\r\n{Canary}"),
                TestContext.Current.CancellationToken);
            tcp.Client.LingerState = new LingerOption(true, 0);
        }

        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", ConnectFixture.Request("r1"));
        var (response, answer) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        AssertSaysNothing(answer, server);
    }

    private static HttpRequestMessage Over(Version version, HttpRequestMessage request)
    {
        request.Version = version;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return request;
    }

    private static string? GrpcStatus(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var trailers) ? trailers.Single()
            : response.Headers.GetValues("grpc-status").Single();

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static void AssertSaysNothing(byte[] answer, ConnectFixture server)
    {
        var said = Encoding.UTF8.GetString(answer);
        Assert.DoesNotContain(Canary, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, server.Log.Text, StringComparison.Ordinal);
    }
}
