using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>
/// Starts the runs of triggers that are due. Every replica sweeps: which of them fires an instant is settled by the
/// database, and a replica that dies in the middle has either fired it or not.
/// </summary>
public sealed partial class TriggerSweep(
    MetadataDatabase database, RunSignals signals, TriggerOptions options, TimeProvider time,
    ILogger<TriggerSweep> logger)
    : BackgroundService
{
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            do
            {
                await SweepSafelyAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is no failure.
        }
    }

    /// <summary>Fires what is due now; answers how many runs were started.</summary>
    internal async Task<int> SweepOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await database.ReadInstallationAsync(
            session => TriggerStore.DueAsync(session, Storage.Instants.ToMicros(now), Batch), cancellationToken);
        var started = 0;
        foreach (var trigger in due)
        {
            try
            {
                started += await FireAsync(trigger, now, cancellationToken);
            }
#pragma warning disable CA1031 // The border of one trigger: the others fire on, and this one is tried again.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(e, trigger.Id);
            }
        }

        if (started > 0)
        {
            LogStarted(started);
        }

        return started;
    }

    private async Task<int> FireAsync(TriggerRow trigger, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var started = await database.WriteAsync(
            trigger.Org, session => new TriggerFiring(session, changes, options, now).FireAsync(trigger.Org, trigger.Id),
            cancellationToken);
        signals.Publish(changes);
        return started;
    }

    private async Task SweepSafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepOnceAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The border of the loop: a database that is away for a moment must not end it.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogSweepFailed(e);
        }
    }

    [LoggerMessage(2050, LogLevel.Error, "Trigger {TriggerId} could not be fired; the next sweep tries again")]
    private partial void LogFailed(Exception exception, long triggerId);

    [LoggerMessage(2051, LogLevel.Error, "What is due could not be read; the next sweep tries again")]
    private partial void LogSweepFailed(Exception exception);

    [LoggerMessage(2052, LogLevel.Information, "Triggers started {Runs} runs")]
    private partial void LogStarted(int runs);
}
