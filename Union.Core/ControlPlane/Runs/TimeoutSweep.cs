using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Looks for what waited or ran for too long, for every cluster, whether or not it is connected: limits are kept in the
/// database, so neither plane's restart forgets one. Every replica looks; which of them records it, locks settle.
/// </summary>
public sealed partial class TimeoutSweep(
    MetadataDatabase database, RunSignals signals, TimeProvider time, ILogger<TimeoutSweep> logger)
    : BackgroundService
{
    /// <summary>A limit is kept this late at most; fewer looks cost an idle database less.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly SteadyClock _clock = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SweepSafelyAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is no failure.
        }
    }

    /// <summary>
    /// Ends what is overdue now; at most 100 of a kind and cluster, the rest at the next sweep. Nothing while nobody knows
    /// what time it is.
    /// </summary>
    internal async Task SweepOnceAsync(CancellationToken cancellationToken)
    {
        var before = _clock.Step;
        if (_clock.Now() is not { } now)
        {
            if (_clock.Step is { } step && step != before)
            {
                LogClockStepped(step);
            }

            return;
        }

        const string orgsSql = "select distinct org from projects where org <> @none";
        var orgs = await database.ReadInstallationAsync(
            session => session.QueryAsync<string>(orgsSql, new { none = "" }), cancellationToken);
        foreach (var org in orgs)
        {
            foreach (var row in await database.ReadAsync(org, session => ClusterStore.ListAsync(session, org), cancellationToken))
            {
                var cluster = new ClusterIdentity(org, row.Id);
                await ConditionTimeouts.ExpireAsync(database, cluster, signals, now, cancellationToken);
                await new OverdueWork(database, cluster, signals, now).ExpireAsync(cancellationToken);
            }
        }
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

    [LoggerMessage(
        2073, LogLevel.Warning,
        "The clock was set by {Step}; until it is right again, or has stayed so for ten minutes, nothing is ended for being late")]
    private partial void LogClockStepped(TimeSpan step);

    [LoggerMessage(2071, LogLevel.Error, "What is overdue could not be ended; the next sweep tries again")]
    private partial void LogSweepFailed(Exception exception);
}
