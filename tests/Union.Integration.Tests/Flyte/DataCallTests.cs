using System.Security.Cryptography;
using System.Text;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Imagebuilder;
using Flyteidl2.Workflow;
using Grpc.Core;
using Grpc.Net.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Integration.Tests.Flyte;

/// <summary>What a cluster serves of data, asked through SelectCluster and at the control plane itself.</summary>
public sealed class DataCallTests(FlytePlanes planes) : IClassFixture<FlytePlanes>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private StockClient Client => planes.Client;

    [Fact]
    public async Task DataOfARun_AskedAtTheControlPlane_ComesFromItsCluster()
    {
        var ended = await Client.RunAsync("double", 0, StockClient.Number("x", 4));
        using var channel = GrpcChannel.ForAddress(planes.Union.Endpoint);

        var data = await new DataProxyService.DataProxyServiceClient(channel).GetActionDataAsync(
            new Flyteidl2.Dataproxy.GetActionDataRequest { ActionId = ended.Id }, cancellationToken: Cancel);
#pragma warning disable CS0612 // Deprecated by the contract, and still called by older clients.
        var beside = await new RunService.RunServiceClient(channel).GetActionDataAsync(
            new Flyteidl2.Workflow.GetActionDataRequest { ActionId = ended.Id }, cancellationToken: Cancel);
        using var logs = new RunLogsService.RunLogsServiceClient(channel).TailLogs(
            new Flyteidl2.Workflow.TailLogsRequest { ActionId = ended.Id, Attempt = 1 }, cancellationToken: Cancel);
#pragma warning restore CS0612
        using var events = new RunService.RunServiceClient(channel).WatchClusterEvents(
            new WatchClusterEventsRequest { Id = ended.Id, Attempt = 1 }, cancellationToken: Cancel);

        Assert.Equal(8, data.Outputs.Literals[0].Value.Scalar.Primitive.Integer);
        Assert.Equal((4, 8), (
            beside.Inputs.Literals[0].Value.Scalar.Primitive.Integer, beside.Outputs.Literals[0].Value.Scalar.Primitive.Integer));
        Assert.Contains(
            "double begins",
            await logs.ResponseStream.ReadAllAsync(Cancel).SelectMany(r => r.Logs).SelectMany(l => l.Lines).Select(l => l.Message).ToListAsync(Cancel));
        Assert.False(await events.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task UploadsBelowOneFolder_LieBesideEachOther()
    {
        var data = await Client.Union.SelectAsync(Operation.CreateUploadLocation, Cancel);
        var uris = new List<string>();
        foreach (var name in (string[])["a.txt", "sub/b.txt"])
        {
            var content = Encoding.UTF8.GetBytes(name);
            var location = await StockClient.RetryAsync(() => data.Data.CreateUploadLocationAsync(
                new CreateUploadLocationRequest
                {
                    Project = "default",
                    Domain = "development",
                    Filename = name,
                    FilenameRoot = "folder-1",
                    ContentMd5 = Google.Protobuf.ByteString.CopyFrom(Md5(content)),
                    AddContentMd5Metadata = true,
                },
                cancellationToken: Cancel));
            using var put = new HttpRequestMessage(HttpMethod.Put, location.SignedUrl) { Content = new ByteArrayContent(content) };
            put.Content.Headers.ContentMD5 = Md5(content);
            foreach (var header in location.Headers.Where(h => !h.Key.StartsWith("content-", StringComparison.OrdinalIgnoreCase)))
            {
                put.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }

            using var client = new HttpClient();
            Assert.True((await client.SendAsync(put, Cancel)).IsSuccessStatusCode);
            uris.Add(location.NativeUrl);
        }

        Assert.Equal(["/folder-1/a.txt", "/folder-1/sub/b.txt"], uris.Select(u => u[u.IndexOf("/folder-1", StringComparison.Ordinal)..]));
        Assert.All(uris, uri => Assert.True(File.Exists(uri["file://".Length..])));
    }

    [Fact]
    public async Task Report_IsFetchedByItsLink()
    {
        var ended = await Client.RunAsync("report");
        var data = await Client.Union.SelectAsync(Operation.CreateDownloadLink, ended.Id, Cancel);

        var link = await data.Data.CreateDownloadLinkAsync(
            new CreateDownloadLinkRequest
            {
                ArtifactType = ArtifactType.Report,
                ActionAttemptId = new ActionAttemptIdentifier { ActionId = ended.Id, Attempt = 1 },
            },
            cancellationToken: Cancel);

        using var client = new HttpClient();
        Assert.Equal("<p>A report.</p>", await client.GetStringAsync(link.PreSignedUrls.SignedUrl[0], Cancel));
    }

    [Fact]
    public async Task Image_IsBuiltElsewhere_AndTheAnswerSaysWhich()
    {
        using var channel = GrpcChannel.ForAddress(planes.Union.Endpoint);
        var selected = await new Flyteidl2.Cluster.ClusterService.ClusterServiceClient(channel).SelectClusterAsync(
            new Flyteidl2.Cluster.SelectClusterRequest { Operation = Operation.GetImage, ProjectId = Client.Union.Project },
            cancellationToken: Cancel);

        var thrown = await Assert.ThrowsAsync<RpcException>(async () => await new ImageService.ImageServiceClient(channel)
            .GetImageAsync(new GetImageRequest { Id = new ImageIdentifier { Name = "my-image" } }, cancellationToken: Cancel));

        Assert.Equal("", selected.ClusterEndpoint);
        Assert.Equal(StatusCode.NotFound, thrown.StatusCode);
        Assert.Contains("my-image", thrown.Status.Detail, StringComparison.Ordinal);
    }

#pragma warning disable CA5351 // The contract's digest of an upload.
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351
}
