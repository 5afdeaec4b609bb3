using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Testing.Orchestration;

/// <summary>
/// A cluster whose tasks do nothing: whatever it leases runs and succeeds at once, except roots, which stay running so
/// that children can be put below them. It keeps its events until they are acknowledged, as a real one does, and repeats
/// what was not answered.
/// </summary>
/// <param name="keepsLeases">Whether it remembers when it leased what, which takes memory for each.</param>
public sealed class NoopCluster(IReadOnlyList<Replica> replicas, ClusterIdentity cluster, bool keepsLeases = true) : IDisposable
{
    private const int MaxReport = 400;

    private readonly ConcurrentDictionary<string, AttemptKey> _held = new();
    private readonly ConcurrentDictionary<string, AttemptKey> _roots = new();
    private readonly Channel<bool> _written = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _gate = new();
    private readonly Queue<AttemptEvent> _outbox = new();
    private readonly SemaphoreSlim _greeting = new(1);
    private long _sequence;
    private string _session = "";

    /// <summary>When each child was leased, by its name: ticks of the stopwatch.</summary>
    public ConcurrentDictionary<string, long> LeasedAt { get; } = new();

    /// <summary>Calls that were refused or not answered, and made again.</summary>
    public long Repeated { get; private set; }

    /// <summary>The attempt that runs the root of a run; waits until it was leased.</summary>
    public AttemptKey? RootOf(string run) => _roots.TryGetValue(run, out var key) ? key : null;

    public int Held => _held.Count;

    /// <summary>Actions whose end is acknowledged.</summary>
    public int Ended { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await GreetAsync("", cancellationToken);
        await Task.WhenAll([
            .. replicas.Select(replica => Task.Run(() => LeaseAsync(replica, cancellationToken), CancellationToken.None)),
            Task.Run(() => ReportAsync(cancellationToken), CancellationToken.None),
        ]);
    }

    public void Dispose() => _greeting.Dispose();

    private async Task LeaseAsync(Replica replica, CancellationToken cancellationToken)
    {
        IReadOnlyList<AttemptKey> ended = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            var (session, sent) = (_session, ended);
            var work = await AgainAsync(
                () => replica.AsClusterAsync(cluster, new LeaseWork(session, 100, TimeSpan.FromSeconds(1), sent)),
                session, cancellationToken);
            foreach (var assignment in work?.Assignments ?? [])
            {
                Take(assignment);
            }

            ended = work is null ? ended : [.. work.End];
            foreach (var end in work?.End ?? [])
            {
                _held.TryRemove(end.Uid, out _);
            }
        }
    }

    private void Take(Assignment assignment)
    {
        _held[assignment.Key.Uid] = assignment.Key;
        var root = assignment.Action.Name == "a0";
        if (!root && keepsLeases)
        {
            LeasedAt[assignment.Action.Name] = Stopwatch.GetTimestamp();
        }

        Write(assignment.Key, ActionPhase.Running, "");
        if (root)
        {
            _roots[assignment.Action.Run] = assignment.Key;
        }
        else
        {
            Write(assignment.Key, ActionPhase.Succeeded, $"file:///data/{assignment.Action.Name}");
        }
    }

    private void Write(AttemptKey key, ActionPhase phase, string output)
    {
        lock (_gate)
        {
            _outbox.Enqueue(new AttemptEvent(
                ++_sequence, key, TimeProvider.System.GetUtcNow(), phase, "", 0, false, "", output, ""));
        }

        _written.Writer.TryWrite(true);
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        for (var turn = 0; !cancellationToken.IsCancellationRequested; turn++)
        {
            AttemptEvent[] events;
            lock (_gate)
            {
                events = [.. _outbox.Take(MaxReport)];
            }

            if (events.Length == 0)
            {
                Task wait = _written.Reader.ReadAsync(cancellationToken).AsTask();
                await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            var (session, replica) = (_session, replicas[turn % replicas.Count]);
            var result = await AgainAsync(
                () => replica.AsClusterAsync(cluster, new ReportEvents(session, events)), session, cancellationToken);
            if (result is not null)
            {
                Acknowledge(result);
            }
        }
    }

    private void Acknowledge(ReportResult result)
    {
        lock (_gate)
        {
            while (_outbox.TryPeek(out var e) && e.Sequence <= result.AckedSequence)
            {
                _outbox.Dequeue();
                if (e.Phase.IsTerminal())
                {
                    _held.TryRemove(e.Key.Uid, out _);
                    Ended++;
                }
            }
        }

        foreach (var refused in result.Refused)
        {
            _held.TryRemove(refused.Uid, out _);
        }
    }

    // Null when the call has to be made anew, in a session that is then a new one if need be.
    private async Task<T?> AgainAsync<T>(Func<Task<T>> call, string session, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (UnionException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Aborted)
        {
            Repeated++;
            await GreetAsync(session, cancellationToken);
            return null;
        }
    }

    private async Task GreetAsync(string session, CancellationToken cancellationToken)
    {
        await _greeting.WaitAsync(CancellationToken.None);
        try
        {
            while (_session == session && !cancellationToken.IsCancellationRequested)
            {
                try
                {
                    var hello = await replicas[0].AsClusterAsync(cluster, new BeginSession(
                        [0], "1.0.0", "none", 100, _sequence, [.. _held.Values], ["file:///data/"]));
                    _session = hello.Session;
                    foreach (var end in hello.End)
                    {
                        _held.TryRemove(end.Uid, out _);
                    }
                }
                catch (UnionException e) when (e.Code == ErrorCode.Unavailable)
                {
                    using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
                    await pause.WaitForNextTickAsync(CancellationToken.None);
                }
            }
        }
        finally
        {
            _greeting.Release();
        }
    }
}
