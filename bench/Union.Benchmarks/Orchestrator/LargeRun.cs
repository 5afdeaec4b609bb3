using System.Diagnostics;
using System.Globalization;
using System.Text;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Testing.Orchestration;

namespace Union.Benchmarks.Orchestrator;

/// <param name="Actions">How many were done in the time that there was.</param>
/// <param name="FirstRate">Actions a second over the first tenth.</param>
/// <param name="LastRate">Actions a second over the last tenth.</param>
/// <param name="HeapBefore">Live bytes after the first tenth: by then everything is compiled and every pool is full.</param>
/// <param name="HeapAfter">Live bytes at the end.</param>
internal sealed record LargeRunResult(int Actions, double FirstRate, double LastRate, long HeapBefore, long HeapAfter)
{
    public double HeapPerAction => (HeapAfter - HeapBefore) / (Actions * 0.9);
}

/// <summary>One run with very many actions: what an action costs, in time and in memory, must not depend on their number.</summary>
internal sealed class LargeRun(Replica replica, NoopCluster cluster, ClusterIdentity identity, int callers)
{
    private static readonly NewTask Task = new("nothing", "1", "nothing", "raw-container", Encoding.UTF8.GetBytes("nothing"), "", 0);

    private AttemptKey? _parent;
    private int _next;

    /// <summary>Enqueues until so many are done or the time is over.</summary>
    public async Task<LargeRunResult> RunAsync(int actions, TimeSpan atMost)
    {
        var until = Stopwatch.GetTimestamp() + (long)(atMost.TotalSeconds * Stopwatch.Frequency);
        var tenth = Math.Max(actions / 10, 1);
        var firstRate = await TenthAsync(tenth);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (done, lastRate) = (tenth, firstRate);
        while (done < actions && Stopwatch.GetTimestamp() < until)
        {
            lastRate = await TenthAsync(tenth);
            done += tenth;
        }

        return new LargeRunResult(done, firstRate, lastRate, before, GC.GetTotalMemory(forceFullCollection: true));
    }

    /// <summary>So many more actions; answers how many a second.</summary>
    public async Task<double> TenthAsync(int count)
    {
        _parent ??= await StartAsync();
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (_, _) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref _next)}");
            await replica.AsClusterAsync(identity, new EnqueueChild(_parent, name, "", Task, ""));
        });
        // The root stays, and with it nothing else.
        while (cluster.Ended < _next || cluster.Held > 1)
        {
            await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<AttemptKey> StartAsync()
    {
        var run = await replica.AsUserAsync(new CreateRun(
            "default", "development", null, identity.ClusterId, Task, ReadOnlyMemory<byte>.Empty, "", "", [], 2));
        while (cluster.RootOf(run.Run) is null)
        {
            await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return cluster.RootOf(run.Run)!;
    }
}
