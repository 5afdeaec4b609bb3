using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Host.Tests.Forwarding;

namespace Union.Host.Tests.Relaying;

/// <summary>Calls of data methods that were made to the control plane itself.</summary>
public sealed class RelayTests
{
    private static readonly RunId Known = new("default", "flytesnacks", "development", "r1");

    private static readonly byte[] Message = new TailLogsRequest
    {
        ActionId = new ActionIdentifier
        {
            Run = new RunIdentifier { Org = "any", Project = "flytesnacks", Domain = "development", Name = "r1" },
            Name = "a0",
        },
        Attempt = 1,
    }.ToByteArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Protocols =>
        ["application/grpc", "application/grpc-web+proto", "application/connect+proto", "application/connect+json", "application/json"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Call_NamesARun_GoesToItsClusterWithTheBodyUntouched(string type)
    {
        await using var planes = await StartAsync();
        var body = BodyOf(type);

        var (status, text) = await CallAsync(planes, type, body);

        Assert.Equal((HttpStatusCode.OK, Convert.ToHexString(body)), (status, text));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Call_NamesARunThatNobodyHas_IsRefused(string type)
    {
        await using var planes = await StartAsync();
        planes.Runs.Clear();

        await CallAsync(planes, type, BodyOf(type));

        Assert.False(planes.Seen.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Header_NamesTheCluster_AndWins()
    {
        await using var planes = await StartAsync();
        planes.Runs.Clear();
        var body = BodyOf("application/grpc");

        var named = await CallAsync(planes, "application/grpc", body, planes.Cluster.Id);
        var foreign = await CallAsync(planes, "application/grpc", body, "0b8c1a52-53d5-4c6d-9c42-0c8a0b4a3d11");
        var malformed = await CallAsync(planes, "application/grpc", body, "../x");

        Assert.Equal(Convert.ToHexString(body), named.Text);
        Assert.Equal(("", ""), (foreign.Text, malformed.Text));
    }

    [Fact]
    public async Task Call_WithoutARun_GoesToTheOnlyCluster()
    {
        await using var planes = await StartAsync();
        planes.Runs.Clear();

        var (_, text) = await CallAsync(planes, "application/grpc", [0, 0, 0, 0, 0]);

        Assert.Equal("0000000000", text);
    }

    [Fact]
    public async Task Call_OfACallerWithoutTheVerb_LearnsNothingOfTheRun()
    {
        await using var planes = await StartAsync();
        planes.Caller = new Principal("eve", "default", [new Grant(Verb.RunsRead)]);
        var known = await CallAsync(planes, "application/json", BodyOf("application/json"));
        planes.Runs.Clear();

        var unknown = await CallAsync(planes, "application/json", BodyOf("application/json"));

        Assert.Equal(known, unknown);
        Assert.Equal(HttpStatusCode.Forbidden, known.Status);
    }

    private static async Task<ForwardingFixture> StartAsync()
    {
        var planes = await ForwardingFixture.StartAsync();
        planes.Runs[Known] = planes.Cluster.Id;
        planes.Serve = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentType = context.Request.ContentType;
            await context.Response.WriteAsync(Convert.ToHexString(body.ToArray()));
        };
        return planes;
    }

    private static async Task<(HttpStatusCode Status, string Text)> CallAsync(
        ForwardingFixture planes, string type, byte[] body, string? cluster = null)
    {
        using var client = ForwardingFixture.NewClient();
        using var request = planes.NewRequest(type, body: body);
        request.RequestUri = new Uri(planes.Clients, "/flyteidl2.dataproxy.DataProxyService/TailLogs");
        if (cluster is not null)
        {
            request.Headers.TryAddWithoutValidation("union-cluster", cluster);
        }

        using var response = await client.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static byte[] BodyOf(string type)
    {
        var json = """{"actionId":{"run":{"project":"flytesnacks","domain":"development","name":"r1"},"name":"a0"},"attempt":1}"""u8.ToArray();
        return type switch
        {
            "application/json" => json,
            "application/connect+json" => Frame(json, compressed: false),
            "application/connect+proto" => Frame(Gzip(Message), compressed: true),
            _ => Frame(Message, compressed: false),
        };
    }

    private static byte[] Frame(byte[] content, bool compressed)
    {
        var frame = new byte[5 + content.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), content.Length);
        content.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
