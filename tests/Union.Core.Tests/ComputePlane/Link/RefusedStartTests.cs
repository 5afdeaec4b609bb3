using Flyteidl2.Common;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Core.Tests.ControlPlane;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>What the control plane sent and the cluster will not do stands in the cluster's own journal.</summary>
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Start_ThatIsRefused_IsJournalled_AndEndsTheAttempt()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        await using var cluster = LinkedCluster.Create(plane);
        cluster.Executor.Refusal = new UnionException(ErrorCode.FailedPrecondition, "image_not_mapped", "No such image.");

        cluster.Get<RunningAttempts>().Start(
            new Assignment
            {
                Ref = new AttemptRef { AttemptUid = "01890000-0000-7000-8000-000000000000", Fence = 1 },
                ActionId = new ActionIdentifier
                {
                    Run = new RunIdentifier { Org = "default", Project = "default", Domain = "development", Name = "r" },
                    Name = "a0",
                },
                Attempt = 1,
            },
            TestContext.Current.CancellationToken);
        await cluster.FreedAsync();

        var entry = Assert.Single(await EntriesAsync(cluster));
        Assert.Equal("image_not_mapped", entry.Outcome);
        Assert.Equal("task:r/a0", entry.Actor);
        Assert.Contains("/r/a0/1", entry.Resource, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<Entry>> EntriesAsync(LinkedCluster cluster)
    {
        const string sql = "select actor as Actor, resource as Resource, outcome as Outcome from audit where action = 'StartAttempt'";
        return cluster.Get<JournalDatabase>().ReadAsync(
            session => session.QueryAsync<Entry>(sql, new { }), TestContext.Current.CancellationToken);
    }

    private sealed record Entry(string Actor, string Resource, string Outcome);
}
