using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Flyteidl2.Workflow;
using Grpc.Core;

namespace Union.Host.Tests.Connect;

/// <summary>The same mistakes over gRPC and gRPC-Web as over Connect, and the same codes.</summary>
public sealed class FramedBadInputTests
{
    private const string Canary = "quarterly-margin-of-acme";

    private static readonly (string Type, Version Version)[] Protocols =
    [
        ("application/grpc", HttpVersion.Version20),
        ("application/grpc-web+proto", HttpVersion.Version11),
        ("application/grpc-web+proto", HttpVersion.Version20),
    ];

    public static TheoryData<string, byte[], string, StatusCode> Cases => new()
    {
        { "no message", [], "", StatusCode.InvalidArgument },
        { "truncated header", [0, 0, 0], "", StatusCode.InvalidArgument },
        { "truncated message", [0, 0, 0, 0, 90, .. Text(Canary)], "", StatusCode.InvalidArgument },
        { "not a message", ConnectFixture.Envelope(0, Text($"\u0007{Canary}")), "", StatusCode.InvalidArgument },
        { "two messages", [.. Named("r1"), .. Named("r1")], "", StatusCode.InvalidArgument },
        // Both requests hold a message as their field 1, whose field 2 is a text.
        { "not UTF-8", ConnectFixture.Envelope(0, [0x0a, 0x04, 0x12, 0x02, 0xc3, 0x28]), "", StatusCode.InvalidArgument },
        { "a length beyond all", [0, 0xff, 0xff, 0xff, 0xff, 1], "", StatusCode.ResourceExhausted },
        { "over the limit", ConnectFixture.Envelope(0, new byte[ConnectFixture.MaxBytes + 6]), "", StatusCode.ResourceExhausted },
        { "a bomb", ConnectFixture.Envelope(1, ConnectFixture.Gzip(new byte[100_000_000])), "grpc-encoding=gzip", StatusCode.ResourceExhausted },
        { "not gzip", ConnectFixture.Envelope(1, Text(Canary)), "grpc-encoding=gzip", StatusCode.InvalidArgument },
        { "compressed and unsaid", ConnectFixture.Envelope(1, ConnectFixture.Gzip([1])), "", StatusCode.InvalidArgument },
        { "unknown compression", ConnectFixture.Envelope(1, Text(Canary)), "grpc-encoding=zstd", StatusCode.Unimplemented },
        { "unknown flag", ConnectFixture.Envelope(4, Text(Canary)), "", StatusCode.InvalidArgument },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Message_Bad_RightCodeAndNothingLogged(string what, byte[] body, string header, StatusCode code)
    {
        await using var server = await ConnectFixture.StartAsync();
        var headers = header.Length == 0 ? [] : new[] { (header.Split('=')[0], header.Split('=')[1]) };
        foreach (var (type, version) in Protocols)
        {
            foreach (var method in new[] { "GetRunDetails", "WatchActionDetails" })
            {
                using var request = Of(type, version, method, body, headers);

                var (response, answer) = await server.CallAsync(request);

                Assert.Equal((what, type, method, code), (what, type, method, StatusOf(response, answer)));
                AssertSaysNothing(answer, server);
            }
        }
    }

    [Fact]
    public async Task Method_Unknown_UnimplementedWithItsName()
    {
        await using var server = await ConnectFixture.StartAsync();
        foreach (var (type, version) in Protocols)
        {
            using var request = Of(type, version, "NoSuchMethod", Named("r1"));

            var (response, answer) = await server.CallAsync(request);

            Assert.Equal((type, StatusCode.Unimplemented), (type, StatusOf(response, answer)));
            Assert.Contains("NoSuchMethod", MessageOf(response, answer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ContentType_Wrong_IsRefused()
    {
        await using var server = await ConnectFixture.StartAsync();
        foreach (var (type, version) in Protocols)
        {
            using var request = Of(type + "+xml", version, "GetRunDetails", ConnectFixture.Envelope(0, Text(Canary)));

            var (response, answer) = await server.CallAsync(request);

            Assert.Equal((type, HttpStatusCode.UnsupportedMediaType), (type, response.StatusCode));
            AssertSaysNothing(answer, server);
        }
    }

    [Fact]
    public async Task Deadline_Passed_DeadlineExceeded()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = async (_, context) =>
        {
            var over = new TaskCompletionSource<GetRunDetailsResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.CancellationToken.Register(() => over.SetCanceled(context.CancellationToken));
            return await over.Task;
        };
        foreach (var (type, version) in Protocols)
        {
            using var request = Of(type, version, "GetRunDetails", Named("r1"), ("grpc-timeout", "1u"));

            var (response, answer) = await server.CallAsync(request);

            Assert.Equal((type, StatusCode.DeadlineExceeded), (type, StatusOf(response, answer)));
        }
    }

    [Fact]
    public async Task Client_LeavesInTheMiddleOfItsBody_ServerGoesOn()
    {
        await using var server = await ConnectFixture.StartAsync();
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync("127.0.0.1", server.Address.Port, TestContext.Current.CancellationToken);
            await tcp.GetStream().WriteAsync(
                Text($"POST /{ConnectFixture.Service}/GetRunDetails HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 99\r\n\r\n\0\0\0\0\u005a{Canary}"),
                TestContext.Current.CancellationToken);
            tcp.Client.LingerState = new LingerOption(true, 0);
        }

        foreach (var (type, version) in Protocols)
        {
            using var request = Of(type, version, "GetRunDetails", Named("r1"));
            var (response, answer) = await server.CallAsync(request);

            Assert.Equal(StatusCode.OK, StatusOf(response, answer));
            AssertSaysNothing(answer, server);
        }
    }

    private static HttpRequestMessage Of(
        string type, Version version, string method, byte[] body, params (string Name, string Value)[] headers)
    {
        var request = ConnectFixture.Post(method, type, body, [("te", "trailers"), .. headers]);
        request.Version = version;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return request;
    }

    private static byte[] Named(string run) => ConnectFixture.Envelope(0, ConnectFixture.Request(run));

    private static StatusCode StatusOf(HttpResponseMessage response, byte[] answer) =>
        (StatusCode)int.Parse(Find(response, answer, "grpc-status"), CultureInfo.InvariantCulture);

    private static string MessageOf(HttpResponseMessage response, byte[] answer) =>
        Uri.UnescapeDataString(Find(response, answer, "grpc-message"));

    // gRPC has trailers, gRPC-Web a last frame of them; either puts them into the headers where there is no message.
    private static string Find(HttpResponseMessage response, byte[] answer, string name)
    {
        if (response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values))
        {
            return values.Single();
        }

        var trailers = Encoding.ASCII.GetString(ConnectFixture.Envelopes(answer).Single(e => (e.Flags & 0x80) != 0).Content);
        return trailers.Split("\r\n").Select(line => line.Split(':', 2)).Single(pair => pair[0] == name)[1].Trim();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static void AssertSaysNothing(byte[] answer, ConnectFixture server)
    {
        var said = Encoding.UTF8.GetString(answer);
        Assert.DoesNotContain(Canary, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, server.Log.Text, StringComparison.Ordinal);
    }
}
