using System.Collections.Concurrent;
using Flyteidl2.Core;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Runs tasks as processes of this machine, in a bubblewrap sandbox where that works. Everything that must survive a
/// restart of the compute plane is in the attempt's folder; what is in memory can be built from it again.
/// </summary>
public sealed partial class ProcessExecutor : IExecutor, IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProcessExecutorOptions _options;
    private readonly ILogger<ProcessExecutor> _logger;
    private readonly Sandbox? _sandbox;
    private readonly CgroupTree? _groups;
    private readonly AttemptServices _services;
    private readonly AttemptPreparation _preparation;
    private readonly ConcurrentDictionary<AttemptKey, Lazy<Task<Attempt?>>> _attempts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private bool _disposed;

    public ProcessExecutor(
        ProcessExecutorOptions options, IObjectStore store, ObjectLayout layout, ProcessLogs logs, TimeProvider time,
        ILogger<ProcessExecutor> logger)
    {
        options.Validate();
        _options = options;
        _logger = logger;
        Native.KeepDescriptorsFromChildren();
        AttemptFolder.CreateOwned(AttemptFolder.AttemptsOf(options.DataDir));
        AttemptFolder.RemoveUnfinished(options.DataDir);
        new UnionProgram(options).Prepare();
        _sandbox = options.Sandbox == SandboxMode.Off ? null : Sandbox.Find(options);
        if (_sandbox is null && options.Sandbox == SandboxMode.Required)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "sandbox_unavailable", "Bubblewrap is not installed, or does not work here.",
                "Install bubblewrap and allow user namespaces, or set execution.sandbox to auto.");
        }

        var whyLimits = "it was not asked to use control groups";
        _groups = options.Groups ?? (options.TakeGroups ? CgroupTree.TryOpen(out whyLimits) : null);
        _groups?.Sweep(AttemptFolder.All(options.DataDir).Select(folder => AttemptFolder.NameOf(folder.Key)));
        var masks = new SecretMaskFactory(options.DataDir);
        var kinds = new Dictionary<TaskKind, ITaskKind>
        {
            [TaskKind.Raw] = new RawTasks(options, store, layout),
            [TaskKind.Flyte] = new FlyteTasks(store, layout, masks),
        };
        _services = new AttemptServices(options, new AttemptCollector(store, kinds), logs, time, masks);
        _preparation = new AttemptPreparation(options, kinds, _sandbox);
        var isIsolated = _sandbox is { Network: TaskNetwork.None };
        Capabilities = new ExecutorCapabilities(_sandbox is null ? "none" : "bubblewrap", _groups is null ? "rlimit" : "cgroup", options.Parallel)
        {
            Waiting = options.Waiting,
            WhyLimits = whyLimits,
            Network = isIsolated ? "none" : "shared",
            RawEndpoint = isIsolated && options.Actions is not null ? ActionsSocket.AddressInTask : null,
        };
        if (!isIsolated && options.Network == TaskNetwork.None)
        {
            LogNetworkShared();
        }

        _watching = WatchAsync(_stop.Token);
    }

    public ExecutorCapabilities Capabilities { get; }

    public async Task StartAsync(AttemptWork work, CancellationToken cancellationToken)
    {
        var folder = new AttemptFolder(_options.DataDir, work.Key);
        var start = _attempts.GetOrAdd(work.Key, _ => new(() => StartAsync(folder, work, cancellationToken)));
        try
        {
            await start.Value;
        }
        catch (IOException e)
        {
            _attempts.TryRemove(new(work.Key, start));
            throw new UnionException(
                ErrorCode.Unavailable, "folder_unavailable", "The attempt's folder cannot be written; is the disk full?",
                inner: e);
        }
        catch
        {
            _attempts.TryRemove(new(work.Key, start));
            throw;
        }
    }

    public async Task<AttemptResult> WaitAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var folder = new AttemptFolder(_options.DataDir, key);
        if (ResultRecord.Read(folder) is { } kept)
        {
            return kept;
        }

        if (await FindAsync(folder) is { } attempt)
        {
            try
            {
                return await attempt.Completion.WaitAsync(cancellationToken);
            }
            catch (IOException) when (_attempts.TryRemove(key, out _))
            {
                // Its folder could not be written. Who asks again has it collected again.
                await attempt.DisposeAsync();
                throw;
            }
        }

        return ResultRecord.Read(folder) ?? throw new UnionException(
            ErrorCode.NotFound, "attempt_unknown", $"The attempt {key.Uid} was not started here.");
    }

    public async Task EndAsync(AttemptKey key, EndReason reason, CancellationToken cancellationToken)
    {
        var folder = new AttemptFolder(_options.DataDir, key);
        if (ResultRecord.Read(folder) is null && await FindAsync(folder) is { } attempt)
        {
            await attempt.EndAsync(
                reason switch
                {
                    EndReason.TimedOut => EndCause.TimedOut,
                    EndReason.LeaseLost => EndCause.LeaseLost,
                    _ => EndCause.Aborted,
                },
                cancellationToken);
        }
    }

    public Task<IReadOnlyList<AttemptKey>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptKey>>(
            [.. AttemptFolder.All(_options.DataDir).Select(folder => folder.Key)]);

    public async Task ForgetAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var folder = new AttemptFolder(_options.DataDir, key);
        if (!Directory.Exists(folder.Root))
        {
            return;
        }

        if (ResultRecord.Read(folder) is null && (_attempts.ContainsKey(key) || AttemptRecord.Read(folder) is not null))
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "attempt_not_ended", $"The attempt {key.Uid} has not ended.");
        }

        if (_attempts.TryRemove(key, out var running) && await running.Value is { } attempt)
        {
            await attempt.Completion.WaitAsync(cancellationToken);
            await attempt.DisposeAsync();
        }

        folder.Delete();
    }

    /// <summary>Stops watching. What runs goes on, and is adopted by the next executor of this folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync();
        await _watching;
        foreach (var started in _attempts.Values)
        {
            if (started.Value is { IsCompletedSuccessfully: true, Result: { } attempt })
            {
                await attempt.DisposeAsync();
            }
        }

        _attempts.Clear();
        _stop.Dispose();
    }

    private async Task<Attempt?> StartAsync(AttemptFolder folder, AttemptWork work, CancellationToken cancellationToken)
    {
        // A record says that it was started before, by this process or by one before it.
        if (AttemptRecord.Read(folder) is { } before)
        {
            return ResultRecord.Read(folder) is null ? new Attempt(folder, before, _services, child: null) : null;
        }

        folder.Create();
        var startedAt = _services.Time.GetUtcNow();
        var types = work.Spec.TaskTemplate?.Interface?.Outputs ?? new VariableMap();
        var record = new AttemptRecord(
            work.Key.Uid, work.Key.Fence, work.OutputFolder.ToString(), types.ToByteString().ToBase64(),
            work.Spec.TaskTemplate?.Container?.Command.FirstOrDefault() ?? "", startedAt, 0, 0, _sandbox is not null,
            SecretMask.Of(
                _services.Masks.Key, work.SecretEnvironment.Values.Concat(work.SecretFiles.Select(file => file.Value))).Fingerprints);
        try
        {
            var start = await _preparation.PrepareAsync(folder, work, cancellationToken);
            record = record with
            {
                StartedAt = _services.Time.GetUtcNow(),
                Kind = start.Kind,
                Command = start.Command[0],
                TimeoutMilliseconds = (long)start.Limits.Timeout.TotalMilliseconds,
                MemoryBytes = start.Limits.Memory,
            };
            var group = Group(work.Key, start.Limits);
            record = record with { Group = group?.Path };
            record.Write(folder);
            var child = await _preparation.Supervisor.StartAsync(folder, start, group);
            LogStarted(work.Key.Uid, work.Key.Fence);
            return new Attempt(folder, record, _services, child);
        }
        catch (AttemptFailure e)
        {
            LogRefused(work.Key.Uid, work.Key.Fence, e.Error.Code);
            SecretFiles.Remove(folder);
            record.Write(folder);
            await _services.Collector.PutErrorAsync(e.Error, work.OutputFolder, cancellationToken);
            ResultRecord.Write(folder, new AttemptResult(
                AttemptOutcome.Failed, startedAt, _services.Time.GetUtcNow(), e.Error, Outputs: null, Report: null));
            return null;
        }
    }

    private AttemptGroup? Group(AttemptKey key, TaskLimits limits)
    {
        try
        {
            return _groups?.Create(AttemptFolder.NameOf(key), limits, _options.MaxProcesses);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AttemptFailure.Platform("group_failed", "The control group of the attempt cannot be made.", e);
        }
    }

    /// <summary>The attempt as started here, or adopted now; null where there is none, or no more than its result.</summary>
    private Task<Attempt?> FindAsync(AttemptFolder folder)
    {
        if (!_attempts.ContainsKey(folder.Key) && AttemptRecord.Read(folder) is null)
        {
            return Task.FromResult<Attempt?>(null);
        }

        return _attempts.GetOrAdd(folder.Key, _ => new(() => Task.FromResult(Adopt(folder)))).Value;
    }

    private Attempt? Adopt(AttemptFolder folder)
    {
        if (ResultRecord.Read(folder) is not null || AttemptRecord.Read(folder) is not { } record)
        {
            return null;
        }

        LogAdopted(folder.Key.Uid, folder.Key.Fence);
        return new Attempt(folder, record, _services, child: null);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchInterval, _services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                WatchOnce();
            }
        }
        catch (OperationCanceledException)
        {
            // The attempts' own time limits hold without us.
        }
    }

    private void WatchOnce()
    {
        var running = _attempts.Values
            .Select(started => started is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: { } attempt } }
                ? attempt : null)
            .OfType<Attempt>().Where(attempt => !attempt.Completion.IsCompleted).ToList();
        if (running.Count == 0)
        {
            return;
        }

        var table = ProcessTable.Read();
        foreach (var attempt in running)
        {
            attempt.Watch(table);
        }
    }

    [LoggerMessage(3100, LogLevel.Information, "Attempt {Uid} with fence {Fence} was started")]
    private partial void LogStarted(string uid, long fence);

    [LoggerMessage(3101, LogLevel.Information, "Attempt {Uid} with fence {Fence} was refused as {Code}")]
    private partial void LogRefused(string uid, long fence, string code);

    [LoggerMessage(3103, LogLevel.Warning,
        "No network of their own can be had for tasks: they share this machine's, metadata addresses included")]
    private partial void LogNetworkShared();

    [LoggerMessage(3102, LogLevel.Information, "Attempt {Uid} with fence {Fence} was adopted")]
    private partial void LogAdopted(string uid, long fence);
}
