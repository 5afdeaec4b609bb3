using Microsoft.Extensions.Logging;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// How many actions wait for their clusters. Looking is also the proof that the database answers, so that a probe that
/// anybody may call costs one question to it a second and no more.
/// </summary>
public sealed partial class QueueDepth(MetadataDatabase database, TimeProvider time, ILogger<QueueDepth> logger)
    : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _one = new(1);
    private long _lookedAt;
    private bool _answered;

    /// <summary>Actions that no cluster has taken yet; of the last look.</summary>
    public long Waiting { get; private set; }

    /// <summary>Actions that were handed to a cluster and not yet confirmed by it; of the last look.</summary>
    public long Assigned { get; private set; }

    /// <summary>Asks the database, unless that was done within the last second. False where it gave no answer in time.</summary>
    public async Task<bool> LookAsync(string org, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_lookedAt == 0 || time.GetElapsedTime(_lookedAt) >= Fresh)
            {
                _answered = await AskAsync(org, cancellationToken);
                _lookedAt = time.GetTimestamp();
            }

            return _answered;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<bool> AskAsync(string org, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            (Waiting, Assigned) = await database.ReadAsync(org, session => CountAsync(session, org), either.Token)
                .WaitAsync(either.Token);
            return true;
        }
#pragma warning disable CA1031 // Whatever a database does instead of answering, it is not ready.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogSilent(e);
            return false;
        }
    }

    // By cluster, because the index of the queue begins with it: all actions that ever were are not read. One row always,
    // since SQLite names no type for the columns of none.
    private static async Task<Counts> CountAsync(Session session, string org)
    {
        const string sql = """
            select (select count(*)
                      from clusters
                      join actions on actions.org = clusters.org and actions.cluster_id = clusters.id
                     where clusters.org = @org and actions.queue_state = 1) as Waiting,
                   (select count(*)
                      from clusters
                      join actions on actions.org = clusters.org and actions.cluster_id = clusters.id
                     where clusters.org = @org and actions.queue_state = 2) as Assigned
            """;
        return (await session.QueryAsync<Counts>(sql, new { org }))[0];
    }

    [LoggerMessage(2010, LogLevel.Error, "The database did not answer a probe; the plane counts as not ready until it does")]
    private partial void LogSilent(Exception exception);

    private sealed record Counts(long Waiting, long Assigned);
}
