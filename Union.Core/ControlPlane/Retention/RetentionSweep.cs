using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Retention;

/// <summary>
/// Forgets what is over for long: runs with all that hangs on them, audit entries, ended tokens, cached results nobody
/// used, remembered calls. In transactions of few rows with pauses between them, each in its own org, so that row-level
/// security holds it to that org like everything else. What runs, and what a running run takes over, stays.
/// </summary>
public sealed partial class RetentionSweep(
    MetadataDatabase database, RetentionOptions options, RetentionMeter meter, TimeProvider time,
    ILogger<RetentionSweep> logger)
    : BackgroundService
{
    private readonly string _holder = Guid.CreateVersion7(time.GetUtcNow()).ToString("n");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
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

    /// <summary>One pass over every org whose turn this process gets.</summary>
    internal async Task<Pruned> SweepOnceAsync(CancellationToken cancellationToken)
    {
        var all = new Pruned(0, 0, 0, 0);
        var oldest = long.MaxValue;
        foreach (var org in await database.ReadInstallationAsync(ProjectStore.OrgsAsync, cancellationToken))
        {
            var now = time.GetUtcNow();
            var till = (now + options.Interval).ToMicros();
            if (await database.WriteAsync(
                org, session => SweepTurns.TryTakeAsync(session, org, _holder, now.ToMicros(), till), cancellationToken))
            {
                all += await new Pass(database, options, time, org, now).RunAsync(cancellationToken);
            }

            var created = await database.ReadAsync(
                org, session => RetentionStore.OldestAsync(session, org), cancellationToken);
            oldest = created > 0 ? Math.Min(oldest, created) : oldest;
        }

        meter.Swept(all, oldest == long.MaxValue ? null : oldest);
        return all;
    }

    private async Task SweepSafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pruned = await SweepOnceAsync(cancellationToken);
            LogPruned(pruned.Runs, pruned.Actions, pruned.Audit, pruned.Others);
        }
#pragma warning disable CA1031 // The border of the loop: a database that is away for a moment must not end it.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogSweepFailed(e);
        }
    }

    [LoggerMessage(2800, LogLevel.Information,
        "Retention forgot {Runs} runs with {Actions} actions, {Audit} audit entries, {Others} other rows")]
    private partial void LogPruned(long runs, long actions, long audit, long others);

    [LoggerMessage(2801, LogLevel.Error, "Retention could not delete what is over; the next pass tries again")]
    private partial void LogSweepFailed(Exception exception);

    private sealed class Pass(
        MetadataDatabase database, RetentionOptions options, TimeProvider time, string org, DateTimeOffset now)
    {
        private int _left = options.MaxBatches;

        public async Task<Pruned> RunAsync(CancellationToken cancellationToken)
        {
            var pruned = await RunsAsync(cancellationToken);
            pruned += new Pruned(0, 0, await DrainAsync(RetentionStore.AuditAsync, options.Audit, cancellationToken), 0);
            var others = await TasksAsync(cancellationToken)
                + await DrainAsync(RetentionStore.RequestsAsync, options.Requests, cancellationToken)
                + await DrainAsync(RetentionStore.TokensAsync, options.Tokens, cancellationToken)
                + await DrainAsync(RetentionStore.CachedAsync, options.Runs, cancellationToken)
                + await DrainAsync(RetentionStore.FiringsAsync, options.Runs, cancellationToken);
            pruned += new Pruned(0, 0, 0, others);
            await database.WriteAsync(org, session => SweepTurns.AddAsync(session, org, pruned, now.ToMicros()), cancellationToken);
            return pruned;
        }

        private async Task<Pruned> RunsAsync(CancellationToken cancellationToken)
        {
            var cutoff = Cutoff(options.Runs);
            var (after, afterId, pruned) = (long.MinValue, 0L, new Pruned(0, 0, 0, 0));
            while (_left-- > 0)
            {
                var (at, id) = (after, afterId);
                var page = await database.ReadAsync(
                    org, session => RetentionStore.OldRunsAsync(session, org, cutoff, at, id, options.Batch), cancellationToken);
                foreach (var run in page)
                {
                    (after, afterId) = (run.CreatedAt, run.Id);
                    if (((ActionPhase)run.Phase).IsTerminal() && run.EndedAt < cutoff)
                    {
                        pruned += await RunAsync(run.Id, cancellationToken);
                    }
                }

                if (page.Count < options.Batch)
                {
                    break;
                }
            }

            return pruned;
        }

        // After the runs, whose actions were what still referred to most of them.
        private async Task<long> TasksAsync(CancellationToken cancellationToken)
        {
            var cutoff = Cutoff(options.Runs);
            var (after, afterId, count) = (long.MinValue, 0L, 0L);
            while (_left-- > 0)
            {
                var (at, id) = (after, afterId);
                var page = await database.ReadAsync(
                    org, session => RetentionStore.OldTasksAsync(session, org, cutoff, at, id, options.Batch), cancellationToken);
                if (page.Count == 0)
                {
                    break;
                }

                long[] ids = [.. page.Select(task => task.Id)];
                count += await database.WriteAsync(
                    org, session => RetentionStore.DeleteTasksAsync(session, org, ids), cancellationToken);
                (after, afterId) = (page[^1].CreatedAt, page[^1].Id);
                await PauseAsync(cancellationToken);
            }

            return count;
        }

        private async Task<Pruned> RunAsync(long runId, CancellationToken cancellationToken)
        {
            var pruned = new Pruned(0, 0, 0, 0);
            while (_left-- > 0)
            {
                var (actions, gone) = await database.WriteAsync(org, session => DeleteAsync(session, runId), cancellationToken);
                pruned += new Pruned(gone ? 1 : 0, actions, 0, 0);
                await PauseAsync(cancellationToken);
                if (gone || actions == 0)
                {
                    break;
                }
            }

            return pruned;
        }

        // The lock keeps a run from beginning to recover this one between the look and the deletion.
        private async Task<(int Actions, bool IsGone)> DeleteAsync(Session session, long runId)
        {
            await RunStore.LockAsync(session, org, runId);
            return await RetentionStore.IsRecoveringAsync(session, org, runId)
                ? (0, false)
                : await RetentionStore.DeleteAsync(session, org, runId, options.Batch);
        }

        private async Task<long> DrainAsync(
            Func<Session, string, long, int, Task<int>> delete, TimeSpan age, CancellationToken cancellationToken)
        {
            var count = 0L;
            for (var deleted = 1; deleted > 0 && _left-- > 0; count += deleted)
            {
                deleted = await database.WriteAsync(
                    org, session => delete(session, org, Cutoff(age), options.Batch), cancellationToken);
                if (deleted > 0)
                {
                    await PauseAsync(cancellationToken);
                }
            }

            return count;
        }

        private long Cutoff(TimeSpan age) => (now - age).ToMicros();

        private Task PauseAsync(CancellationToken cancellationToken) =>
            options.Pause > TimeSpan.Zero ? Task.Delay(options.Pause, time, cancellationToken) : Task.CompletedTask;
    }
}
