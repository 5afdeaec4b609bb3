using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Secret;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Data.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Host.Api.Data;
using CreateUploadLocation = Union.Core.ComputePlane.Objects.CreateUploadLocation;

namespace Union.Host.Tests.Api.Data;

/// <summary>Wire message to use case and back.</summary>
public sealed class DataApiTests
{
    private static readonly DateTimeOffset Expires = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static PresignedRequest SignedGet => new(
        "GET", new SignedUrl("https://store/x?sig"), new Dictionary<string, string> { ["x-key"] = "v" }, Expires);

    private static ActionAttemptIdentifier Attempt => new()
    {
        ActionId = new ActionIdentifier
        {
            Run = new RunIdentifier { Org = "ignored", Project = "p", Domain = "dev", Name = "r1" },
            Name = "a0",
        },
        Attempt = 2,
    };

    [Fact]
    public async Task CreateUploadLocation_AsStockClientsSendIt_IsTranslated()
    {
        var mediator = new FakeMediator(new UploadLocation(SignedGet, Reference.Parse("s3://b/k")));
        var request = new CreateUploadLocationRequest
        {
            Org = "ignored",
            Project = "p",
            Domain = "dev",
            Filename = "fast.tar.gz",
            ContentMd5 = ByteString.CopyFrom(new byte[16]),
            ExpiresIn = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)),
            AddContentMd5Metadata = true,
        };

        var answer = await new DataProxyApi(mediator).CreateUploadLocation(request, new FakeCall());

        var sent = Assert.IsType<CreateUploadLocation>(mediator.Sent);
        Assert.Equal(("p", "dev", "fast.tar.gz", null, TimeSpan.FromSeconds(60)),
            (sent.Project, sent.Domain, sent.FileName, sent.ContentLength, sent.ExpiresIn));
        Assert.Equal(("https://store/x?sig", "s3://b/k", "v"),
            (answer.SignedUrl, answer.NativeUrl, answer.Headers["x-key"]));
        Assert.Equal(Expires, answer.ExpiresAt.ToDateTimeOffset());
    }

    [Fact]
    public async Task UploadInputs_RunOrProject_NamesTheProject_AndNoFolderOfItsOwn()
    {
        var mediator = new FakeMediator(new UploadedInputs(Reference.Parse("s3://b/inputs/d"), "d"));
        var api = new DataProxyApi(mediator);
        UploadInputsRequest[] requests =
        [
            new() { RunId = new RunIdentifier { Project = "p", Domain = "dev", Name = "r1" } },
            new() { ProjectId = new ProjectIdentifier { Name = "p", Domain = "dev" } },
        ];
        foreach (var request in requests)
        {
            var answer = await api.UploadInputs(request, new FakeCall());

            var sent = Assert.IsType<UploadInputs>(mediator.Sent);
            Assert.Equal(("p", "dev"), (sent.Project, sent.Domain));
            Assert.Equal(("s3://b/inputs/d", "d"), (answer.OffloadedInputData.Uri, answer.OffloadedInputData.InputsHash));
        }

        requests[0].BaseDir = "s3://elsewhere/";
        await Assert.ThrowsAsync<UnionException>(() => api.UploadInputs(requests[0], new FakeCall()));
    }

    [Fact]
    public async Task CreateDownloadLink_ReportOrCode_IsSigned_AndNothingElseIs()
    {
        var mediator = new FakeMediator(SignedGet);
        var api = new DataProxyApi(mediator);
        var request = new CreateDownloadLinkRequest { ArtifactType = ArtifactType.Report, ActionAttemptId = Attempt };

        var answer = await api.CreateDownloadLink(request, new FakeCall());

        Assert.Equal(new CreateReportLink("p", "dev", "r1", "a0", 2, null), mediator.Sent);
        Assert.Equal(["https://store/x?sig"], answer.PreSignedUrls.SignedUrl);
        request.ArtifactType = ArtifactType.CodeBundle;
        await api.CreateDownloadLink(request, new FakeCall());
        Assert.Equal(new CreateBundleLink("p", "dev", "r1", "a0", "", "", null), mediator.Sent);
        request.ArtifactType = ArtifactType.Unspecified;
        await Assert.ThrowsAsync<UnionException>(() => api.CreateDownloadLink(request, new FakeCall()));
    }

    [Fact]
    public async Task CreateOutputLink_IsTranslated_AndAnOddDurationIsRefused()
    {
        var mediator = new FakeMediator(SignedGet);
        var request = new CreateOutputLinkRequest { ActionAttemptId = Attempt, Output = "table" };

        var answer = await new LinkApi(mediator).CreateOutputLink(request, new FakeCall());

        Assert.Equal(new CreateOutputLink("p", "dev", "r1", "a0", 2, "table", null), mediator.Sent);
        Assert.Equal(("GET", "v"), (answer.Method, answer.Headers["x-key"]));
        request.ExpiresIn = new Duration { Seconds = 1, Nanos = -5 };
        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => new LinkApi(mediator).CreateOutputLink(request, new FakeCall()));
        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
    }

    [Fact]
    public async Task CreateLinks_IsTranslated_RefusalsAmongThem()
    {
        var refusal = new UnionException(ErrorCode.PermissionDenied, "prefix_refused_by_policy", "Not there.", "Ask the owner.");
        var mediator = new FakeMediator(new Links([new(SignedGet, null), new(null, refusal)]));
        var request = new CreateLinksRequest
        {
            ProjectId = new ProjectIdentifier { Name = "p", Domain = "dev" },
            References = { "a", "b" },
            ExpiresIn = new Duration { Seconds = 9 },
        };

        var answer = await new LinkApi(mediator).CreateLinks(request, new FakeCall());

        var sent = Assert.IsType<CreateLinks>(mediator.Sent);
        Assert.Equal(("p", "dev", TimeSpan.FromSeconds(9)), (sent.Project, sent.Domain, sent.ExpiresIn!.Value));
        Assert.Equal(["a", "b"], sent.References);
        Assert.Equal(("https://store/x?sig", "GET", "v"), (answer.Results[0].Link.SignedUrl, answer.Results[0].Link.Method, answer.Results[0].Link.Headers["x-key"]));
        Assert.Equal(
            new LinkRefusal { Reason = "prefix_refused_by_policy", Message = "Not there.", Hint = "Ask the owner." },
            answer.Results[1].Refusal);
    }

    [Fact]
    public async Task ListSecrets_TokenOfAPage_LeadsToTheNext()
    {
        var next = new SecretPosition("b", "p", null);
        var name = new SecretName(new SecretScope("acme", "p", null), "b");
        var mediator = new FakeMediator(new SecretPage([new StoredSecret(name, Expires)], next));
        var api = new SecretApi(mediator);

        var answer = await api.ListSecrets(new ListSecretsRequest { Project = "p" }, new FakeCall());
        await api.ListSecrets(new ListSecretsRequest { Project = "p", Token = answer.Token }, new FakeCall());

        Assert.Equal(new ListSecrets("p", null, 0, next), mediator.Sent);
        Assert.Equal(("acme", "p", "", "b"), (answer.Secrets[0].Id.Organization, answer.Secrets[0].Id.Project,
            answer.Secrets[0].Id.Domain, answer.Secrets[0].Id.Name));
        foreach (var token in new[] { "!", "e30=", "bnVsbA==" })
        {
            await Assert.ThrowsAsync<UnionException>(
                () => api.ListSecrets(new ListSecretsRequest { Token = token }, new FakeCall()));
        }
    }

    [Fact]
    public async Task CreateSecret_BinaryOrText_IsKept_AndNoValueIsRefused()
    {
        var mediator = new FakeMediator("1");
        var api = new SecretApi(mediator);
        var request = new CreateSecretRequest
        {
            Id = new SecretIdentifier { Name = "a" },
            SecretSpec = new SecretSpec { BinaryValue = ByteString.CopyFromUtf8("v") },
        };

        await api.CreateSecret(request, new FakeCall());
        Assert.Equal("v"u8.ToArray(), Assert.IsType<CreateSecret>(mediator.Sent).Value.Reveal().ToArray());
        request.SecretSpec = new SecretSpec { StringValue = "w" };
        await api.CreateSecret(request, new FakeCall());
        Assert.Equal("w"u8.ToArray(), Assert.IsType<CreateSecret>(mediator.Sent).Value.Reveal().ToArray());

        request.SecretSpec = new SecretSpec();
        await Assert.ThrowsAsync<UnionException>(() => api.CreateSecret(request, new FakeCall()));
        request.SecretSpec = new SecretSpec { StringValue = "w", Type = SecretType.ImagePullSecret };
        await Assert.ThrowsAsync<UnionException>(() => api.CreateSecret(request, new FakeCall()));
    }
}
