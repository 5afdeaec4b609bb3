using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class CreateUploadLocationTests
{
    private static readonly byte[] Bundle = "bundle"u8.ToArray();

    private static CreateUploadLocation Good => new("p", "dev", "fast.tar.gz", Signed.Md5(Bundle), null, null);

    [Fact]
    public async Task Handle_Good_SignsDigestAndLength_UnderAKeyOfTheDigest()
    {
        using var plane = new ComputePlaneFixture();

        var location = await plane.SendAsync(Good with { ContentLength = Bundle.Length });

        var md5 = Convert.ToHexStringLower(Signed.Md5(Bundle).Span);
        Assert.Equal(plane.UriOf($"union/v1/acme/p/dev/code/{md5}/fast.tar.gz"), location.Reference.ToString());
        var grant = Assert.Single(plane.Objects.Grants);
        Assert.Equal(Signed.Md5(Bundle).ToArray(), grant.ContentMd5!.Value.ToArray());
        Assert.Equal(Bundle.Length, grant.ContentLength);
        Assert.Equal(TimeSpan.FromHours(1), grant.Lifetime);
        using var client = plane.Objects.CreateClient();
        using var answer = await client.SendAsync(location.Upload.ToMessage(Bundle), ComputePlaneFixture.Cancel);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Handle_OfAnotherOrg_LandsInThatOrg()
    {
        using var plane = new ComputePlaneFixture();

        var location = await plane.SendAsync(Good, "other");

        Assert.Contains("/v1/other/p/dev/", location.Reference.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_EverythingWrong_NamesEveryError()
    {
        using var plane = new ComputePlaneFixture();
        var bad = new CreateUploadLocation("p/q", "", "../x", new byte[3], -1, TimeSpan.FromSeconds(-1));

        var thrown = await plane.RefusedAsync(bad);

        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
        foreach (var name in new[] { "Project", "Domain", "File", "Content Md5", "ContentLength", "Expires In" })
        {
            Assert.Contains(name.Replace(" ", "", StringComparison.Ordinal), thrown.Message.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("%2e%2e")]
    [InlineData("a\\b")]
    [InlineData("a\u202Eb")]
    [InlineData("")]
    public async Task Handle_FileNameThatIsAPath_IsRefused(string name)
    {
        using var plane = new ComputePlaneFixture();

        await plane.RefusedAsync(Good with { FileName = name });

        Assert.Empty(plane.Objects.Grants);
    }

    [Fact]
    public async Task Handle_AboveThePolicy_IsRefused_NotShortened()
    {
        using var plane = new ComputePlaneFixture(new DataPolicy { MaxLifetime = TimeSpan.FromMinutes(5), UploadMax = 10 });

        await plane.SendAsync(Good with { ExpiresIn = TimeSpan.FromMinutes(5), ContentLength = 10 });
        var longer = await plane.RefusedAsync(Good with { ExpiresIn = TimeSpan.FromSeconds(301) });
        var larger = await plane.RefusedAsync(Good with { ContentLength = 11 });

        Assert.Equal("lifetime_refused", longer.Reason);
        Assert.Equal("request_invalid", larger.Reason);
        Assert.Single(plane.Objects.Grants);
    }

    [Fact]
    public async Task Handle_VerbOutsideThePolicy_IsRefused_AndAudited()
    {
        using var plane = new ComputePlaneFixture(new DataPolicy { Verbs = new HashSet<PresignVerb> { PresignVerb.Get } });

        var thrown = await plane.RefusedAsync(Good);

        Assert.Equal((ErrorCode.PermissionDenied, "verb_refused_by_policy"), (thrown.Code, thrown.Reason));
        Assert.Equal("verb_refused_by_policy", Assert.Single(plane.Audit).Outcome);
    }

    [Fact]
    public async Task Handle_StoreThatBindsNoDigest_TakesItInTheKeyOnly()
    {
        var store = new InMemoryObjectStore(TimeProvider.System, bindsUploads: false);
        using var plane = new ComputePlaneFixture(objects: store);

        await plane.SendAsync(Good);
        var thrown = await plane.RefusedAsync(Good with { Folder = "several" });

        var grant = Assert.Single(store.Grants);
        Assert.Null(grant.ContentMd5);
        Assert.Contains("/code/", grant.Key.ToString(), StringComparison.Ordinal);
        Assert.Equal("object_store_unsupported", thrown.Reason);
    }

    [Fact]
    public async Task Handle_WithoutTheGrant_IsRefused()
    {
        using var plane = new ComputePlaneFixture();

        await plane.SendAsync(Good, new Grant(Verb.DataWrite, "p", "dev"));
        var otherProject = await plane.RefusedAsync(Good, new Grant(Verb.DataWrite, "q"));
        var otherVerb = await plane.RefusedAsync(Good, new Grant(Verb.DataRead));

        Assert.Equal(ErrorCode.PermissionDenied, otherProject.Code);
        Assert.Equal(ErrorCode.PermissionDenied, otherVerb.Code);
    }

    [Theory]
    [InlineData("../code")]
    [InlineData("a/../../runs")]
    [InlineData("a//b")]
    [InlineData("/a")]
    public async Task Handle_FolderThatClimbs_IsRefused(string folder)
    {
        using var plane = new ComputePlaneFixture();

        var inFolder = await plane.RefusedAsync(Good with { Folder = folder });
        var inName = await plane.RefusedAsync(Good with { Folder = "a", FileName = folder });

        Assert.Equal(("request_invalid", "request_invalid"), (inFolder.Reason, inName.Reason));
    }

    [Fact]
    public async Task Handle_Folder_LiesBesideTheBundlesAndTheRuns()
    {
        using var plane = new ComputePlaneFixture();

        var location = await plane.SendAsync(Good with { Folder = "runs", FileName = "sub/f" });

        Assert.Equal(plane.UriOf("union/v1/acme/p/dev/uploads/runs/sub/f"), location.Reference.ToString());
    }
}
