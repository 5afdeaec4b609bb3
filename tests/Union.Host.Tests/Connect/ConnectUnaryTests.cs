using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Grpc.Core;
using Union.Core.Boundary;
using Union.Host.Api.Splicing;

namespace Union.Host.Tests.Connect;

public sealed class ConnectUnaryTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Proto_AsTheStockSdkSends_Answered(string version)
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = ConnectFixture.Post(
            "GetRunDetails", "application/proto", ConnectFixture.Gzip(ConnectFixture.Request("r1")),
            ("content-encoding", "gzip"), ("accept-encoding", "gzip,identity"), ("connect-protocol-version", "1"),
            ("user-agent", "connectrpc/0.9.0"));
        request.Version = Version.Parse(version);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TransferEncodingChunked = version == "1.1";

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/proto", response.Content.Headers.NonValidated["content-type"].ToString());
        Assert.Equal("r1", GetRunDetailsResponse.Parser.ParseFrom(body).Details.Action.Id.Name);
        Assert.DoesNotContain(response.Headers, h => h.Key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Proto_EmptyMessage_Answered()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = (_, _) => Task.FromResult(new GetRunDetailsResponse());
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", []);

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(body);
    }

    [Fact]
    public async Task Answer_LargeAndGzipAccepted_Compressed()
    {
        await using var server = await ConnectFixture.StartAsync();
        var name = new string('a', 100_000);
        server.Does.Get = (_, _) => Task.FromResult(ConnectFixture.Behaviour.Answer(name));
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", [], ("accept-encoding", "gzip,identity"));
        using var plain = ConnectFixture.Post("GetRunDetails", "application/proto", [], ("accept-encoding", "identity;q=1, gzip;q=0"));

        var (response, body) = await server.CallAsync(request);
        var (asItIs, plainBody) = await server.CallAsync(plain);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.True(body.Length < 2000);
        Assert.Equal(plainBody, ConnectFixture.Gunzip(body));
        Assert.Empty(asItIs.Content.Headers.ContentEncoding);
        Assert.Equal(name, GetRunDetailsResponse.Parser.ParseFrom(plainBody).Details.Action.Id.Name);
    }

    [Fact]
    public async Task Json_NamesNumbersAndUnknownFields_ReadAndWritten()
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = ConnectFixture.Post(
            "GetRunDetails", "application/json; charset=utf-8",
            """{"run_id": {"name": "r1", "ofTheFuture": {"a": [1]}}, "another": null}"""u8.ToArray());

        var (response, body) = await server.CallAsync(request);

        Assert.Equal("application/json", response.Content.Headers.NonValidated["content-type"].ToString());
        Assert.Equal("r1", (string?)JsonNode.Parse(body)!["details"]!["action"]!["id"]!["name"]);
    }

    [Fact]
    public async Task Json_SplicedAnswer_ShowsTheSplicedFields()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = (_, _) =>
        {
            var response = ConnectFixture.Behaviour.Answer("a0");
            var error = new GetRunDetailsResponse { Details = new() { Action = new() { ErrorInfo = new() { Message = "of the customer" } } } };
            Splices.Attach(response, error.ToByteArray());
            return Task.FromResult(response);
        };
        using var request = ConnectFixture.Post("GetRunDetails", "application/json", "{}"u8.ToArray());

        var (_, body) = await server.CallAsync(request);

        var action = JsonNode.Parse(body)!["details"]!["action"]!;
        Assert.Equal("a0", (string?)action["id"]!["name"]);
        Assert.Equal("of the customer", (string?)action["errorInfo"]!["message"]);
    }

    [Theory]
    [InlineData("encoding=json&message=%7B%22runId%22%3A%7B%22name%22%3A%22r1%22%7D%7D&connect=v1")]
    [InlineData("encoding=proto&base64=1&message=CgQiAnIx&connect=v1")]
    public async Task Get_MethodWithoutSideEffects_Answered(string query)
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/{ConnectFixture.Service}/GetRunDetails?{query}");

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("r1", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "AbortRun?encoding=json&message=%7B%7D")]
    [InlineData("GET", "WatchActionDetails?encoding=json&message=%7B%7D")]
    [InlineData("PUT", "GetRunDetails")]
    public async Task HttpMethod_NotForThatMethod_405(string method, string target)
    {
        await using var server = await ConnectFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/{ConnectFixture.Service}/{target}");

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("unimplemented", (string?)JsonNode.Parse(body)!["code"]);
    }

    [Fact]
    public async Task Error_OfTheService_CodeMessageAndDetails()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = (_, _) => throw new UnionException(ErrorCode.NotFound, "run_unknown", "There is no run 'r1' – none.", "List them.");
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", []);

        var (response, body) = await server.CallAsync(request);

        var error = JsonNode.Parse(body)!;
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.NonValidated["content-type"].ToString());
        Assert.Equal("not_found", (string?)error["code"]);
        Assert.Equal("There is no run 'r1' – none.", (string?)error["message"]);
        var detail = Assert.Single(error["details"]!.AsArray())!;
        Assert.Equal("google.rpc.ErrorInfo", (string?)detail["type"]);
        Assert.Equal("run_unknown", (string?)detail["debug"]!["reason"]);
        Assert.Equal("List them.", (string?)detail["debug"]!["metadata"]!["hint"]);
        var value = (string)detail["value"]!;
        var info = Google.Rpc.ErrorInfo.Parser.ParseFrom(Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '=')));
        Assert.Equal("run_unknown", info.Reason);
    }

    [Fact]
    public async Task Metadata_BothWays_HeadersAndTrailers()
    {
        await using var server = await ConnectFixture.StartAsync();
        server.Does.Get = async (_, context) =>
        {
            var seen = context.RequestHeaders.GetValueBytes("x-sent-bin")!;
            await context.WriteResponseHeadersAsync(new Metadata { { "x-back-bin", seen }, { "x-text", "here" } });
            context.ResponseTrailers.Add("x-after", "done");
            return ConnectFixture.Behaviour.Answer("a0");
        };
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", [], ("x-sent-bin", "AQID"));

        var (response, _) = await server.CallAsync(request);

        Assert.Equal("AQID", Assert.Single(response.Headers.GetValues("x-back-bin")).TrimEnd('='));
        Assert.Equal("here", Assert.Single(response.Headers.GetValues("x-text")));
        Assert.Equal("done", Assert.Single(response.Headers.GetValues("trailer-x-after")));
    }

    [Fact]
    public async Task Timeout_HandlerStillRuns_DeadlineExceeded()
    {
        await using var server = await ConnectFixture.StartAsync();
        var ended = new TaskCompletionSource();
        server.Does.Get = async (_, context) =>
        {
            using var registration = context.CancellationToken.Register(() => ended.TrySetResult());
            await ended.Task;
            return ConnectFixture.Behaviour.Answer("late");
        };
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", [], ("connect-timeout-ms", "50"));

        var (response, body) = await server.CallAsync(request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("deadline_exceeded", (string?)JsonNode.Parse(body)!["code"]);
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_Leaves_HandlerIsCancelled()
    {
        await using var server = await ConnectFixture.StartAsync();
        var (began, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Does.Get = async (_, context) =>
        {
            using var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
            began.SetResult();
            await cancelled.Task;
            context.CancellationToken.ThrowIfCancellationRequested();
            return ConnectFixture.Behaviour.Answer("nobody");
        };
        using var request = ConnectFixture.Post("GetRunDetails", "application/proto", []);
        using var leaving = new CancellationTokenSource();

        // The client leaves as soon as the handler runs.
        var leaves = began.Task.ContinueWith(_ => leaving.Cancel(), TaskScheduler.Default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Client.SendAsync(request, leaving.Token));

        await leaves;
        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }
}
