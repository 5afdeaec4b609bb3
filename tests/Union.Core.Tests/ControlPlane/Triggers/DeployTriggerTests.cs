using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;

namespace Union.Core.Tests.ControlPlane.Triggers;

public sealed class DeployTriggerTests
{
    private static readonly TriggerKey Key = new("rain", "t");
    private static readonly TriggerName Name = new("default", "development", Key);

    [Fact]
    public async Task EveryChange_IsARevision_AndNoneIsLost()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");

        await DeployAsync(plane, "@daily");
        await DeployAsync(plane, "@hourly");
        await plane.AsUserAsync(new UpdateTriggers([Name], Active: false));
        await plane.AsUserAsync(new UpdateTriggers([Name], Active: false));
        await plane.AsUserAsync(new DeleteTriggers([Name]));

        var history = await plane.AsUserAsync(new ListTriggerRevisions("default", "development", Key, ListQuery.First(10)));
        Assert.Equal(
            [(4, RevisionAction.Delete), (3, RevisionAction.Deactivate), (2, RevisionAction.Deploy), (1, RevisionAction.Deploy)],
            history.Page.Rows.Select(r => ((int)r.Revision, r.Action)));
        var first = await plane.AsUserAsync(new GetTrigger("default", "development", Key, 1));
        Assert.Equal("@daily", first.Revision.Cron);
    }

    [Fact]
    public async Task GetTrigger_Deleted_IsNotFound_UntilItIsDeployedAgain()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");
        await DeployAsync(plane, "@daily");
        await plane.AsUserAsync(new DeleteTriggers([Name]));

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(new GetTrigger("default", "development", Key, 0)));
        await DeployAsync(plane, "@weekly");
        var again = await plane.AsUserAsync(new GetTrigger("default", "development", Key, 0));

        Assert.Equal(ErrorCode.NotFound, thrown.Code);
        Assert.Equal((3, "@weekly"), ((int)again.Revision.Revision, again.Revision.Cron));
    }

    [Fact]
    public async Task DeployTrigger_SomebodyElseWasFaster_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");
        await DeployAsync(plane, "@daily");
        await DeployAsync(plane, "@hourly", expected: 1);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => DeployAsync(plane, "@weekly", expected: 1));

        Assert.Equal(ErrorCode.Aborted, thrown.Code);
    }

    [Fact]
    public async Task DeployTrigger_OfATaskThatIsNotDeployed_IsNotFound()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => DeployAsync(plane, "@daily"));

        Assert.Equal("task_unknown", thrown.Reason);
    }

    [Theory]
    [InlineData("every day", "", "five fields")]
    [InlineData("0 0 * * *", "Mars/Olympus", "time zone")]
    public async Task DeployTrigger_ScheduleIsWrong_SaysHow(string cron, string timeZone, string expected)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");

        var thrown = await Assert.ThrowsAsync<UnionException>(() => DeployAsync(plane, cron, timeZone));

        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rain=17.5")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    public async Task DeployTrigger_InputsHashThatNoClusterMakes_IsRefused(string hash)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");
        var trigger = ControlPlaneFixture.NewTrigger("t", ControlPlaneFixture.Cron("@daily")) with { InputsHash = hash };

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(
            new DeployTrigger("default", "development", "rain", "", trigger, 0)));

        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
        Assert.DoesNotContain(hash, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateTriggers_OneIsUnknown_ChangesNone()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");
        await DeployAsync(plane, "@daily");

        await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(new UpdateTriggers(
            [Name, new TriggerName("default", "development", new TriggerKey("rain", "absent"))], Active: false)));

        Assert.Equal(1, (await plane.AsUserAsync(new GetTrigger("default", "development", Key, 0))).Trigger.Active);
    }

    private static Task<TriggerDetail> DeployAsync(
        ControlPlaneFixture plane, string cron, string timeZone = "", long expected = 0) => plane.AsUserAsync(
        new DeployTrigger(
            "default", "development", "rain", "",
            ControlPlaneFixture.NewTrigger("t", ControlPlaneFixture.Cron(cron, timeZone)), expected));
}
