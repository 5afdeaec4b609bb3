using Union.Core.Boundary;
using Union.Core.ControlPlane.Caching;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Caching;

public sealed class ClaimCachedTests
{
    private const string Outputs = "file:///data/outputs.pb";
    private const string Copy = "file:///data/copy.pb";
    private static readonly string Key = new('a', 64);

    [Fact]
    public async Task Claim_ResultOfAnEarlierRun_IsTakenOverWithoutAnAttempt()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");
        await plane.CreateRunAsync("second");
        var work = await plane.LeaseOneAsync();

        var found = await ClaimAsync(plane, work.Key);
        var taken = await ClaimAsync(plane, work.Key, c => c with { Found = found.OutputUri, Copy = Copy });

        Assert.Equal((CacheOutcome.Found, Outputs), (found.Outcome, found.OutputUri));
        Assert.Equal(CacheOutcome.TakenOver, taken.Outcome);
        var action = await plane.ActionAsync("second");
        Assert.Equal((ActionPhase.Succeeded, Copy), (action.Phase, action.OutputUri));
        Assert.Equal((CacheStatus.Hit, "first/a0/1"), (action.CacheStatus, action.CacheSource));
        Assert.Empty((await plane.LeaseAsync(1)).Assignments);
        Assert.Equal(CacheStatus.Populated, (await plane.ActionAsync("first")).CacheStatus);
    }

    [Fact]
    public async Task Claim_OutputsAreGone_DropsTheResultAndComputes()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");
        await plane.CreateRunAsync("second");
        var work = await plane.LeaseOneAsync();

        var claim = await ClaimAsync(plane, work.Key, c => c with { Gone = Outputs });

        Assert.Equal(CacheOutcome.Compute, claim.Outcome);
        Assert.Empty(await plane.AsUserAsync(new ListCached("default", "development", "")));
    }

    [Fact]
    public async Task Claim_SomeoneComputes_WaitsAndThenTakesOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var owner = await ComputeAsync(plane, "first", 1);
        await plane.CreateRunAsync("second");
        var waiting = await plane.LeaseOneAsync();

        var wait = await ClaimAsync(plane, waiting.Key);
        var parked = await plane.LeaseAsync(1);
        await SucceedAsync(plane, owner, 2);
        var again = await plane.LeaseOneAsync();
        var found = await ClaimAsync(plane, again.Key);

        Assert.Equal((CacheOutcome.Wait, CacheOutcome.Found), (wait.Outcome, found.Outcome));
        Assert.Empty(parked.Assignments);
        Assert.Empty(parked.End);
        Assert.Equal(waiting.Action.Id, again.Action.Id);
    }

    [Fact]
    public async Task Claim_Repeated_IsStillToCompute()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();

        await ClaimAsync(plane, work.Key);

        Assert.Equal(CacheOutcome.Compute, (await ClaimAsync(plane, work.Key)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_OwnerEndsWithoutAResult_TheNextComputes(bool aborted)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var owner = await ComputeAsync(plane, "first", 1);
        await plane.CreateRunAsync("second");
        await ClaimAsync(plane, (await plane.LeaseOneAsync()).Key);

        if (aborted)
        {
            await plane.AsUserAsync(new AbortAction("default", "development", "first", "a0", ""));
        }
        else
        {
            await plane.ReportAsync(plane.Event(2, owner, ActionPhase.Failed, "exit_code", 1));
        }

        var next = await plane.LeaseOneAsync();
        Assert.Equal("second", next.Action.Run);
        Assert.Equal(CacheOutcome.Compute, (await ClaimAsync(plane, next.Key)).Outcome);
    }

    [Fact]
    public async Task Claim_OwnerRunsForLong_IsNotPassedOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await ComputeAsync(plane, "first", 1);
        await plane.CreateRunAsync("second");
        await ClaimAsync(plane, (await plane.LeaseOneAsync()).Key);

        plane.Time.Advance(TimeSpan.FromHours(3));
        var asked = await plane.LeaseOneAsync();

        Assert.Equal("second", asked.Action.Run);
        Assert.Equal(CacheOutcome.Wait, (await ClaimAsync(plane, asked.Key)).Outcome);
    }

    [Fact]
    public async Task Claim_OwnerNeverStarted_IsPassedOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("first");
        await ClaimAsync(plane, (await plane.LeaseOneAsync()).Key);
        await plane.CreateRunAsync("second");
        await ClaimAsync(plane, (await plane.LeaseOneAsync()).Key);

        plane.Time.Advance(TimeSpan.FromMinutes(11));
        await plane.LeaseAsync(0);
        var work = await plane.LeaseAsync(8);

        Assert.Equal(2, work.Assignments.Count);
        var second = work.Assignments.Single(a => a.Action.Run == "second");
        Assert.Equal(CacheOutcome.Compute, (await ClaimAsync(plane, second.Key)).Outcome);
    }

    [Fact]
    public async Task Claim_Overwrite_ComputesAndReplaces()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");
        await plane.CreateRunAsync("second");
        var work = await plane.LeaseOneAsync();

        var claim = await ClaimAsync(plane, work.Key, c => c with { Overwrite = true });
        await plane.ReportAsync(
            plane.Event(3, work.Key, ActionPhase.Succeeded) with { OutputUri = "file:///data/newer.pb" });

        Assert.Equal(CacheOutcome.Compute, claim.Outcome);
        var entry = Assert.Single(await plane.AsUserAsync(new ListCached("default", "development", "rain")));
        Assert.Equal(("file:///data/newer.pb", "second/a0/1", "1"), (entry.OutputUri, entry.Source, entry.CacheVersion));
    }

    [Fact]
    public async Task Claim_OtherProjectOrUnheldAttempt_SeesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");
        await plane.AsUserAsync(plane.NewRun("second") with { Domain = "production" });
        var work = await plane.LeaseOneAsync();

        var foreign = await Assert.ThrowsAsync<UnionException>(() => plane.AsOtherClusterAsync(
            new ClaimCached(work.Key, Key, "1", Serializable: true, Overwrite: false)));

        Assert.Equal("lease_not_held", foreign.Reason);
        Assert.Equal(CacheOutcome.Compute, (await ClaimAsync(plane, work.Key)).Outcome);
    }

    [Fact]
    public async Task Claim_CopyOutsideTheClustersStore_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");
        await plane.CreateRunAsync("second");
        var work = await plane.LeaseOneAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => ClaimAsync(
            plane, work.Key, c => c with { Found = Outputs, Copy = "s3://elsewhere/outputs.pb" }));

        Assert.Equal("reference_foreign", thrown.Reason);
    }

    [Fact]
    public async Task Evict_Task_ForgetsItsResultsOnly()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await PopulateAsync(plane, "first");

        var other = await plane.AsUserAsync(new EvictCached("default", "development", "snow"));
        var evicted = await plane.AsUserAsync(new EvictCached("default", "development", "rain"));

        Assert.Equal((0, 1), (other.Count, evicted.Count));
        Assert.Empty(await plane.AsUserAsync(new ListCached("default", "development", "")));
    }

    [Fact]
    public async Task Claim_ManyAtOnce_OneComputes()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await plane.CreateRunAsync($"r{i}");
        }

        var work = await plane.LeaseAsync(20);
        var claims = await Task.WhenAll(work.Assignments.Select(a => ClaimAsync(plane, a.Key)));

        Assert.Equal(1, claims.Count(c => c.Outcome == CacheOutcome.Compute));
        Assert.Equal(19, claims.Count(c => c.Outcome == CacheOutcome.Wait));
    }

    private static Task<CacheClaim> ClaimAsync(
        ControlPlaneFixture plane, AttemptKey key, Func<ClaimCached, ClaimCached>? change = null)
    {
        var claim = new ClaimCached(key, Key, "1", Serializable: true, Overwrite: false);
        return plane.AsClusterAsync(change is null ? claim : change(claim));
    }

    private static async Task<AttemptKey> ComputeAsync(ControlPlaneFixture plane, string run, long sequence)
    {
        await plane.CreateRunAsync(run);
        var work = await plane.LeaseOneAsync();
        await ClaimAsync(plane, work.Key);
        await plane.ReportAsync(plane.Event(sequence, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static Task<ReportResult> SucceedAsync(ControlPlaneFixture plane, AttemptKey key, long sequence) => plane.ReportAsync(
        plane.Event(sequence, key, ActionPhase.Succeeded) with { OutputUri = Outputs });

    private static async Task PopulateAsync(ControlPlaneFixture plane, string run) =>
        await SucceedAsync(plane, await ComputeAsync(plane, run, 1), 2);
}
