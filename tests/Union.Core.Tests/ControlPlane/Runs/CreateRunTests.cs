using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class CreateRunTests
{
    [Fact]
    public async Task CreateRun_NewOne_QueuesItsRoot()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var root = await plane.CreateRunAsync("first");

        Assert.Equal(("first", "a0", ActionPhase.Queued), (root.Run, root.Name, root.Phase));
    }

    [Fact]
    public async Task CreateRun_SameRequestIdAndContent_AnswersTheSameRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var first = await plane.CreateRunAsync(requestId: "abc");
        var second = await plane.CreateRunAsync(requestId: "abc");
        var other = await plane.CreateRunAsync(requestId: "def");

        Assert.Equal(first.Run, second.Run);
        Assert.NotEqual(first.Run, other.Run);
    }

    [Fact]
    public async Task CreateRun_SameRequestIdLater_IsAnotherRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var first = await plane.CreateRunAsync(requestId: "abc");

        plane.Time.Advance(TimeSpan.FromMinutes(11));
        var second = await plane.CreateRunAsync(requestId: "abc");

        Assert.NotEqual(first.Run, second.Run);
    }

    [Fact]
    public async Task CreateRun_NameTaken_AnswersItForSameContentOnly()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("mine");

        var same = await plane.CreateRunAsync("mine");
        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.CreateRunAsync("mine", retries: 3));

        Assert.Equal("mine", same.Run);
        Assert.Equal(ErrorCode.AlreadyExists, thrown.Code);
    }

    [Fact]
    public async Task CreateRun_SeveralMistakes_NamesAllOfThem()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var request = plane.NewRun("Not A Name") with { Domain = "nowhere", InputUri = "https://signed/url?x=y" };

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(request));

        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
        Assert.Contains("domain", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("run's name", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("reference", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateRun_ReferenceOutsideTheClustersStore_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        await plane.AsUserAsync(plane.NewRun("inside", inputUri: "file:///data/x"));
        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(plane.NewRun("outside", inputUri: "s3://elsewhere/x")));

        Assert.Equal("reference_foreign", thrown.Reason);
    }

    [Fact]
    public async Task CreateRun_WithoutTheVerb_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(plane.NewRun(), "", Verb.RunsRead));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }
}
