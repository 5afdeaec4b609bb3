using System.Text;
using System.Text.Json.Nodes;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Tests.Connect;

public sealed class ConnectStreamTests
{
    private static readonly byte[] Watch =
        new WatchActionDetailsRequest { ActionId = new() { Name = "a0" } }.ToByteArray();

    [Fact]
    public async Task Proto_AsTheStockSdkSends_EnvelopesAndEnd()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Watch = async (request, responses, context) =>
        {
            await responses.WriteAsync(Message(request.ActionId.Name), context.CancellationToken);
            await responses.WriteAsync(Message(new string('b', 10_000)), context.CancellationToken);
            context.ResponseTrailers.Add("x-after", "done");
        };
        using var request = ConnectFixture.Post(
            "WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(1, ConnectFixture.Gzip(Watch)),
            ("connect-content-encoding", "gzip"), ("connect-accept-encoding", "gzip,identity"), ("connect-protocol-version", "1"));
        request.Headers.TransferEncodingChunked = true;

        var (response, body) = await server.CallAsync(request);

        Assert.Equal("application/connect+proto", response.Content.Headers.NonValidated["content-type"].ToString());
        Assert.Equal("gzip", Assert.Single(response.Headers.GetValues("connect-content-encoding")));
        var envelopes = ConnectFixture.Envelopes(body);
        Assert.Equal([0, 1, 2], envelopes.Select(e => (int)e.Flags));
        Assert.Equal("a0", WatchActionDetailsResponse.Parser.ParseFrom(envelopes[0].Content).Details.Id.Name);
        Assert.Equal(10_000, WatchActionDetailsResponse.Parser.ParseFrom(envelopes[1].Content).Details.Id.Name.Length);
        Assert.Equal("""{"metadata":{"x-after":["done"]}}""", Encoding.UTF8.GetString(envelopes[2].Content));
    }

    [Fact]
    public async Task Proto_NothingToSay_EmptyEnd()
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = ConnectFixture.Post("WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch));

        var (_, body) = await server.CallAsync(request);

        var (flags, content) = Assert.Single(ConnectFixture.Envelopes(body));
        Assert.Equal((2, "{}"), (flags, Encoding.UTF8.GetString(content)));
    }

    [Fact]
    public async Task Json_Stream_EnvelopesOfJson()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Watch = (request, responses, context) => responses.WriteAsync(Message(request.ActionId.Name), context.CancellationToken);
        using var request = ConnectFixture.Post(
            "WatchActionDetails", "application/connect+json", ConnectFixture.Envelope(0, """{"actionId":{"name":"a7"}}"""u8));

        var (response, body) = await server.CallAsync(request);

        Assert.Equal("application/connect+json", response.Content.Headers.NonValidated["content-type"].ToString());
        Assert.Equal("a7", (string?)JsonNode.Parse(ConnectFixture.Envelopes(body)[0].Content)!["details"]!["id"]!["name"]);
    }

    [Fact]
    public async Task Message_EachOne_ArrivesBeforeTheNext()
    {
        await using var server = await ConnectFixture.StartAsync();
        var more = new SemaphoreSlim(0);
        server.Does.Watch = async (_, responses, context) =>
        {
            foreach (var name in new[] { "one", "two" })
            {
                await responses.WriteAsync(Message(name), context.CancellationToken);
                await more.WaitAsync(context.CancellationToken);
            }
        };
        using var request = ConnectFixture.Post("WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch));
        using var response = await server.SendAsync(request);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        foreach (var name in new[] { "one", "two" })
        {
            var envelope = new byte[5 + Message(name).CalculateSize()];
            await body.ReadExactlyAsync(envelope, TestContext.Current.CancellationToken);
            Assert.Equal(name, WatchActionDetailsResponse.Parser.ParseFrom(envelope.AsSpan(5)).Details.Id.Name);
            more.Release();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Error_BeforeOrAfterAMessage_InTheEnd(int messages)
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Watch = async (_, responses, context) =>
        {
            for (var i = 0; i < messages; i++)
            {
                await responses.WriteAsync(Message("a0"), context.CancellationToken);
            }

            throw new UnionException(ErrorCode.ResourceExhausted, "too_many", "Too many watch.");
        };
        using var request = ConnectFixture.Post("WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch));

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        var end = ConnectFixture.Envelopes(body)[messages];
        Assert.Equal(2, end.Flags);
        Assert.Equal("resource_exhausted", (string?)JsonNode.Parse(end.Content)!["error"]!["code"]);
    }

    [Fact]
    public async Task Cancellation_OfTheServer_NeverCanceled()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Watch = (_, _, _) => throw new RpcException(new Status(StatusCode.Cancelled, "stopping"));
        using var request = ConnectFixture.Post("WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch));

        var (_, body) = await server.CallAsync(request);

        Assert.Equal("unavailable", (string?)JsonNode.Parse(ConnectFixture.Envelopes(body)[0].Content)!["error"]!["code"]);
    }

    [Fact]
    public async Task Reader_ReadsNothing_WriterWaits()
    {
        await using var server = await ConnectFixture.StartAsync();
        var (written, stalled) = (0L, new TaskCompletionSource<long>());
        var large = Message(new string('c', 100_000));
        server.Does.Watch = async (_, responses, context) =>
        {
            while (true)
            {
                var write = responses.WriteAsync(large, context.CancellationToken);
                if (!write.IsCompleted && await Task.WhenAny(write, context.CancellationToken.AsTask(TimeSpan.FromSeconds(2))) != write)
                {
                    stalled.TrySetResult(written);
                    await write;
                }

                await write;
                written += 100_000;
            }
        };
        using var request = ConnectFixture.Post("WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch));
        request.Version = new Version(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await server.SendAsync(request);

        var before = await stalled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.InRange(before, 0, 8_000_000);
    }

    [Fact]
    public async Task Timeout_OfAWatch_DeadlineExceeded()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Watch = async (_, responses, context) =>
        {
            await responses.WriteAsync(Message("a0"), context.CancellationToken);
            await context.CancellationToken.AsTask(Timeout.InfiniteTimeSpan);
            context.CancellationToken.ThrowIfCancellationRequested();
        };
        using var request = ConnectFixture.Post(
            "WatchActionDetails", "application/connect+proto", ConnectFixture.Envelope(0, Watch), ("connect-timeout-ms", "200"));

        var (_, body) = await server.CallAsync(request);

        Assert.Equal("deadline_exceeded", (string?)JsonNode.Parse(ConnectFixture.Envelopes(body)[^1].Content)!["error"]!["code"]);
    }

    private static WatchActionDetailsResponse Message(string name) => new() { Details = new() { Id = new() { Name = name } } };
}

internal static class CancellationTokenExtensions
{
    /// <summary>Ends when the token is cancelled or the time is over.</summary>
    public static async Task AsTask(this CancellationToken token, TimeSpan most)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.Register(() => cancelled.TrySetResult());
        await Task.WhenAny(cancelled.Task.WaitAsync(most, CancellationToken.None));
    }
}
