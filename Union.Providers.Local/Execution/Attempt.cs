using System.Diagnostics;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>
/// One attempt that has, or had, a supervisor: waits for its end, keeps its limits, and collects it once. Started by us
/// it is a child whose end we are told; adopted after a restart it is looked for.
/// </summary>
internal sealed class Attempt : IAsyncDisposable
{
    private static readonly TimeSpan AdoptedInterval = TimeSpan.FromMilliseconds(100);

    private readonly AttemptFolder _folder;
    private readonly AttemptRecord _record;
    private readonly AttemptServices _services;
    private readonly Process? _child;
    private readonly ProcessIdentity? _supervisor;
    private readonly AttemptGroup? _group;
    private readonly AttemptProcesses _processes;
    private readonly AttemptEnd _end;
    private readonly LogFollower _follower;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskAge _age;
    private bool _asked;

    public Attempt(AttemptFolder folder, AttemptRecord record, AttemptServices services, Process? child)
    {
        _folder = folder;
        _record = record;
        _services = services;
        _child = child;
        _supervisor = child is not null
            ? ProcessTable.Read(child.Id)?.Identity
            : ProcessIdentity.Parse(AttemptFolder.ReadLine(folder.Pid));
        _age = new TaskAge(folder, _supervisor, services.Time);
        var mask = services.Masks.Of(record);
        _group = record.Group is { } group ? new AttemptGroup(group) : null;
        _processes = new AttemptProcesses(folder, _supervisor, record.Sandboxed, _group, services.Time);
        _end = new AttemptEnd(folder, record, mask);
        _follower = new LogFollower(folder, mask, services.Time, services.Options.MaxLogBytes);
        _follower.Start();
        services.Logs.Add(folder, _follower);
        Completion = RunAsync(_stop.Token);
    }

    public Task<AttemptResult> Completion { get; }

    /// <summary>Asks, waits for the grace, kills; completes when no process is left.</summary>
    public async Task EndAsync(EndCause cause, CancellationToken cancellationToken)
    {
        if (_gone.Task.IsCompleted)
        {
            return;
        }

        _end.Write(cause);
        if (cause != EndCause.OutOfMemory)
        {
            _processes.Ask();
            try
            {
                await _gone.Task.WaitAsync(_services.Options.KillGrace, _services.Time, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                // It was asked long enough.
            }
        }

        // Again and again: a process that was being born is missed once.
        while (!_gone.Task.IsCompleted)
        {
            _processes.Kill();
            try
            {
                await _gone.Task.WaitAsync(AdoptedInterval, _services.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The next round kills what is left.
            }
        }
    }

    /// <summary>Ends the attempt where it is over a limit.</summary>
    public void Watch(ProcessTable table)
    {
        if (_asked || _gone.Task.IsCompleted)
        {
            return;
        }

        EndCause? cause =
            _age.Now >= TimeSpan.FromMilliseconds(_record.TimeoutMilliseconds)
                ? EndCause.TimedOut
                : _processes.Memory(table) > _record.MemoryBytes ? EndCause.OutOfMemory : null;
        if (cause is { } over)
        {
            _asked = true;
            _ = EndAsync(over, _stop.Token);
        }
    }

    /// <summary>Stops watching; the attempt itself runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Completion.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _services.Logs.Remove(_folder);
        await _follower.DisposeAsync();
        _child?.Dispose();
        _stop.Dispose();
    }

    private async Task<AttemptResult> RunAsync(CancellationToken cancellationToken)
    {
        await WaitForSupervisorAsync(cancellationToken);
        var endedAt = _child is null ? _end.ExitedAt ?? _services.Time.GetUtcNow() : _services.Time.GetUtcNow();
        await _processes.EndRestAsync(_end.ExitCode is not null, cancellationToken);
        _gone.TrySetResult();
        if (_group is { RanOutOfMemory: true })
        {
            _end.FoundOutOfMemory();
        }

        SecretFiles.Remove(_folder);
        await _follower.CompleteAsync();
        var result = await _services.Collector.CollectAsync(
            _folder, _record, _end.Read(_age.AtEnd), endedAt, _follower.FirstMicros, cancellationToken);
        try
        {
            ResultRecord.Write(_folder, result);
            _group?.TryRemove();
        }
        catch (IOException)
        {
            // With a full disk it is collected again after a restart, to the same result.
        }

        _services.Logs.Remove(_folder);
        await _follower.DisposeAsync();
        return result;
    }

    private async Task WaitForSupervisorAsync(CancellationToken cancellationToken)
    {
        if (_child is not null)
        {
            await _child.WaitForExitAsync(cancellationToken);
            return;
        }

        using var timer = new PeriodicTimer(AdoptedInterval, _services.Time);
        while (_supervisor is { IsAlive: true })
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}

/// <summary>What every attempt of one executor shares.</summary>
internal sealed record AttemptServices(
    ProcessExecutorOptions Options, AttemptCollector Collector, ProcessLogs Logs, TimeProvider Time,
    SecretMaskFactory Masks);
