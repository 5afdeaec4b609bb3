using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Testing.Orchestration;

namespace Union.Benchmarks.Orchestrator;

/// <param name="Elapsed">From the first enqueue to the last acknowledged end.</param>
/// <param name="Waits">Of each action, from its enqueue to its lease in milliseconds.</param>
internal sealed record LoadResult(TimeSpan Elapsed, IReadOnlyList<double> Waits)
{
    private readonly Lazy<double[]> _sorted = new(() => [.. Waits.Order()]);

    /// <summary>Actions a second.</summary>
    public double Rate => Waits.Count / Elapsed.TotalSeconds;

    public double MedianMs => _sorted.Value[Waits.Count / 2];

    public double P99Ms => _sorted.Value[Waits.Count * 99 / 100];

    public LoadResult With(LoadResult more) => new(Elapsed + more.Elapsed, [.. Waits, .. more.Waits]);
}

/// <summary>
/// Children of some runs, enqueued side by side through every replica and run by a cluster that does nothing. All of
/// the control plane takes part but its ports.
/// </summary>
internal static class OrchestratorLoad
{
    /// <summary>Actions before the clock starts: by then everything is compiled and every statement prepared.</summary>
    public const int WarmUp = 500;

    private const int Runs = 16;

    private static readonly NewTask Task = new("nothing", "1", "nothing", "raw-container", Encoding.UTF8.GetBytes("nothing"), "", 0);

    /// <param name="mark">Called when the clock starts, and when it stops.</param>
    public static async Task<LoadResult> RunAsync(
        IReadOnlyList<MetadataDatabase> databases, int actions, int callers, Action mark)
    {
        var replicas = databases.Select(d => new Replica(d)).ToList();
        using var stop = new CancellationTokenSource();
        try
        {
            foreach (var replica in replicas)
            {
                await replica.StartAsync();
            }

            var identity = await replicas[0].EnrollAsync($"c{Stopwatch.GetTimestamp()}");
            using var cluster = new NoopCluster(replicas, identity);
            var running = cluster.RunAsync(stop.Token);
            var parents = await StartRunsAsync(replicas[0], cluster, identity.ClusterId);
            await EnqueueAsync(replicas, identity, cluster, parents, "warm", WarmUp, callers);
            mark();
            var result = await EnqueueAsync(replicas, identity, cluster, parents, "c", actions, callers);
            mark();
            await stop.CancelAsync();
            await running;
            return result;
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    private static async Task<List<AttemptKey>> StartRunsAsync(Replica replica, NoopCluster cluster, string clusterId)
    {
        var parents = new List<AttemptKey>();
        for (var i = 0; i < Runs; i++)
        {
            var run = await replica.AsUserAsync(new CreateRun(
                "default", "development", null, clusterId, Task, ReadOnlyMemory<byte>.Empty, "", "", [], 2));
            while (cluster.RootOf(run.Run) is null)
            {
                await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }

            parents.Add(cluster.RootOf(run.Run)!);
        }

        return parents;
    }

    private static async Task<LoadResult> EnqueueAsync(
        List<Replica> replicas, Core.Boundary.Identity.ClusterIdentity identity, NoopCluster cluster,
        List<AttemptKey> parents, string prefix, int count, int callers)
    {
        var enqueuedAt = new ConcurrentDictionary<string, long>();
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, _) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");
            enqueuedAt[name] = Stopwatch.GetTimestamp();
            await replicas[i % replicas.Count].AsClusterAsync(
                identity, new EnqueueChild(parents[i % parents.Count], name, "", Task, ""));
        });
        while (cluster.Held > parents.Count || enqueuedAt.Keys.Any(name => !cluster.LeasedAt.ContainsKey(name)))
        {
            await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        return new LoadResult(
            elapsed, [.. enqueuedAt.Select(e => Stopwatch.GetElapsedTime(e.Value, cluster.LeasedAt[e.Key]).TotalMilliseconds)]);
    }
}
