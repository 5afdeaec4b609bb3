using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <param name="Address">At which clusters reach this replica and no other; null where it is the only one.</param>
public sealed record ReplicaOptions(string? Address);

/// <summary>
/// The replicas of this control plane that live, as clusters are to dial them: each says so in the database, and hears
/// there of the others. With SQLite there is one, and clusters know it.
/// </summary>
public sealed partial class ReplicaDirectory(
    MetadataDatabase database, ReplicaOptions options, TimeProvider time, ILogger<ReplicaDirectory> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Two beats may fail before clusters give up a replica, which costs them nothing but tries.</summary>
    private static readonly TimeSpan LiveFor = TimeSpan.FromSeconds(35);

    private volatile IReadOnlyList<string> _live = options.Address is null ? [] : [options.Address];

    public IReadOnlyList<string> Live => _live;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (database.Postgres is not null && options.Address is { } address)
        {
            try
            {
                await database.WriteInstallationAsync(session => RemoveAsync(session, address), cancellationToken);
            }
            catch (UnionException e)
            {
                LogFailed(e.Reason);
            }
        }
    }

    /// <summary>Says that this replica lives, and asks which others do.</summary>
    internal async Task BeatOnceAsync(CancellationToken cancellationToken) => _live =
        [.. await database.WriteInstallationAsync(BeatAsync, cancellationToken)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.Postgres is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await BeatOnceAsync(stoppingToken);
            }
            catch (UnionException e)
            {
                LogFailed(e.Reason);
            }
        }
        while (await TickAsync(timer, stoppingToken));
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<string>> BeatAsync(Session session)
    {
        const string seenSql = """
            insert into replicas (org, address, seen_at) values ('*', @Address, @now)
            on conflict (org, address) do update set seen_at = excluded.seen_at
            """;
        const string goneSql = "delete from replicas where org = '*' and seen_at < @since";
        const string liveSql = "select address from replicas where org = '*' order by address limit 64";
        var now = time.GetUtcNow();
        await session.ExecuteAsync(goneSql, new { since = (now - LiveFor).ToMicros() });
        if (options.Address is not null)
        {
            await session.ExecuteAsync(seenSql, new { options.Address, now = now.ToMicros() });
        }

        return await session.QueryAsync<string>(liveSql, new { });
    }

    private static Task<int> RemoveAsync(Session session, string address)
    {
        const string sql = "delete from replicas where org = '*' and address = @address";
        return session.ExecuteAsync(sql, new { address });
    }

    [LoggerMessage(2072, LogLevel.Warning,
        "The list of replicas could not be read ({Reason}); clusters keep the one they have, and the next beat tries again")]
    private partial void LogFailed(string reason);
}
