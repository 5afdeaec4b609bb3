using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Caching;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Secrets;
using Union.Core.Pipeline;
using Union.Core.Tests.ControlPlane;
using Union.Testing.Objects;
using Union.Testing.Secrets;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>The cluster's side of the link, with its real journal, before a control plane without a network between them.</summary>
internal sealed class LinkedCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-link-");
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();
    private readonly Channel<bool> _freed = Channel.CreateUnbounded<bool>();
    private readonly ControlPlaneFixture _plane;
    private readonly ServiceProvider _services;

    private LinkedCluster(ControlPlaneFixture plane)
    {
        _plane = plane;
        Coordinator = new DroppingCoordinator(plane);
        var time = new WatchedTime(plane.Time, _timers.Writer);
        _services = new ServiceCollection()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<IObjectStore>(new InMemoryObjectStore(time))
            .AddSingleton<ISecretStore>(new InMemorySecretStore(time))
            .AddSingleton(SecretPolicy.ScopesOnly)
            .AddDataUseCases(new DataPolicy(), new ObjectLayout(), Path.Combine(_folder.FullName, "digest.key"))
            .AddSingleton(_ => JournalDatabase.Open(Path.Combine(_folder.FullName, "state.db")))
            .AddSingleton<AttemptJournal>()
            .AddSingleton<OutboxSignal>()
            .AddSingleton<LinkStatus>()
            .AddSingleton<CacheKeys>()
            .AddSingleton<ActionInputs>()
            .AddSingleton<ContentDigests>()
            .AddSingleton<OutputsCopy>()
            .AddSingleton<CacheLookup>()
            .AddSingleton<AttemptWorkBuilder>()
            .AddMetrics()
            .AddSingleton<AttemptMeter>()
            .AddSingleton<IAuditLog, JournalAudit>()
            .AddSingleton<AttemptRunner>()
            .AddSingleton<WaitingAttempts>()
            .AddSingleton<RunningAttempts>()
            .AddSingleton<EndingAttempts>()
            .AddSingleton<Reconciler>()
            .AddSingleton(new LocalEndpoint("127.0.0.1:8703"))
            .AddSingleton(new ClusterSelf("1.0.0", ["file:///data/"]))
            .AddSingleton<IAssertionKeySink, NoKeys>()
            .AddSingleton<IReplicaSink, NoReplicas>()
            .AddSingleton<IExecutor>(Executor)
            .AddSingleton<Coordinator.CoordinatorClient>(Coordinator)
            .AddHostedService<CoordinatorLink>()
            .BuildServiceProvider();
    }

    public DroppingCoordinator Coordinator { get; }

    public HandExecutor Executor { get; } = new();

    private IHostedService Link => _services.GetRequiredService<IHostedService>();

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    /// <summary>Everything but the link itself.</summary>
    public static LinkedCluster Create(ControlPlaneFixture plane)
    {
        var cluster = new LinkedCluster(plane);
        cluster.Get<RunningAttempts>().Freed += () => cluster._freed.Writer.TryWrite(true);
        return cluster;
    }

    public static async Task<LinkedCluster> StartAsync(ControlPlaneFixture plane, Action<LinkedCluster>? prepare = null)
    {
        var cluster = Create(plane);
        prepare?.Invoke(cluster);
        cluster.Coordinator.Reporting += cluster.ForgetTimers;
        await cluster.StartLinkAsync();
        return cluster;
    }

    public Task StartLinkAsync() => Link.StartAsync(ControlPlaneFixture.Cancel);

    /// <summary>Waits until a place became free.</summary>
    public async Task FreedAsync() => await _freed.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience);

    /// <summary>Waits until something waits for as long, and lets that time pass.</summary>
    public async Task PassAsync(TimeSpan due)
    {
        while (await _timers.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience) != due)
        {
            // Somebody else's timer.
        }

        _plane.Time.Advance(due);
    }

    /// <summary>Moves the clock whenever the reporter waits for it, until it has reconciled once more.</summary>
    public Task AdvanceToReconciliationAsync()
    {
        var count = Coordinator.Reconciliations;
        return AdvanceAsync(() => Coordinator.Reconciliations > count);
    }

    public async ValueTask DisposeAsync()
    {
        await Link.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // The reporter makes a timer after each call, so whatever a call made true is seen no later than with that timer.
    private async Task AdvanceAsync(Func<bool> done)
    {
        var until = _plane.Time.GetUtcNow() + (3 * Reconciler.Interval);
        while (!done())
        {
            Assert.True(_plane.Time.GetUtcNow() < until, "The clock was moved three times in vain.");
            await _timers.Reader.WaitToReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience);
            if (!done() && _timers.Reader.TryRead(out var due) && (due < Short || due == Reconciler.Interval))
            {
                _plane.Time.Advance(due);
            }
        }
    }

    private void ForgetTimers()
    {
        while (_timers.Reader.TryRead(out _))
        {
            // It was made before the report that is being answered.
        }
    }

    /// <summary>Tells of every timer that is made, so that a test moves the clock when it is waited for.</summary>
    private sealed class WatchedTime(TimeProvider inner, ChannelWriter<TimeSpan> timers) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = inner.CreateTimer(callback, state, dueTime, period);
            timers.TryWrite(dueTime);
            return timer;
        }
    }

    private sealed class NoKeys : IAssertionKeySink
    {
        public void Accept(string clusterId, IReadOnlyList<AssertionKey> keys)
        {
            // Nothing is asserted here.
        }
    }

    private sealed class NoReplicas : IReplicaSink
    {
        public void Accept(IReadOnlyList<string> replicas)
        {
            // Nothing else is dialled here.
        }
    }
}
