using System.Data;
using System.Security.Cryptography;
using Npgsql;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>
/// A PostgreSQL database, reached under one role that owns nothing. Every transaction sees the rows of one scope:
/// row-level security compares each with the setting <c>union.org</c>, which travels with the first statement.
/// </summary>
public sealed class PostgresDatabase : ITransactions
{
    /// <summary>With the pauses below about half a second: a deadlock that lasts longer is a bug, not bad luck.</summary>
    private const int MaxTries = 6;

    /// <summary>
    /// Lists and watches join what they find in a size that only their parameters tell, and a plan that was kept from the
    /// day when the tables were empty would serve them for as long as its connection lives. What writes has keys to go by.
    /// </summary>
    private const string PlannedAnew = "set local plan_cache_mode = force_custom_plan";

    private static readonly string[] FasterElsewhere =
    [
        PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.UniqueViolation,
        // What was looked up a moment ago was forgotten as unused, or came into use while it was being forgotten.
        PostgresErrorCodes.ForeignKeyViolation,
    ];

    private readonly PostgresSlots _slots;
    private readonly TimeProvider _time;

    /// <param name="connections">Transactions at once; the pool has some more, for what is no transaction.</param>
    internal PostgresDatabase(NpgsqlDataSource source, int connections, TimeProvider time)
    {
        Source = source;
        _slots = new PostgresSlots(connections, time);
        _time = time;
    }

    /// <summary>For what is no transaction: LISTEN and NOTIFY.</summary>
    internal NpgsqlDataSource Source { get; }

    public Task<T> ReadAsync<T>(string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        // One snapshot for all statements, as SQLite gives; it costs no more than the default level does.
        OnceAsync(scope, IsolationLevel.RepeatableRead, [PlannedAnew], work, cancellationToken);

    public async Task<T> WriteAsync<T>(string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await OnceAsync(scope, IsolationLevel.ReadCommitted, [], work, cancellationToken);
            }
            catch (Exception e) when (tries < MaxTries && IsFasterElsewhere(e))
            {
                // Falls apart in time what came together in time.
                var pause = TimeSpan.FromMilliseconds((1 << tries) * (1 + (RandomNumberGenerator.GetInt32(1000) / 1000.0)));
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _slots.Dispose();
    }

    private static bool IsFasterElsewhere(Exception e) =>
        e is ChangedMeanwhileException || (e is PostgresException p && FasterElsewhere.Contains(p.SqlState));

    private async Task<T> OnceAsync<T>(
        string scope, IsolationLevel level, IReadOnlyList<string> settings, Func<Session, Task<T>> work,
        CancellationToken cancellationToken)
    {
        using var slot = await _slots.TakeAsync(cancellationToken);
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(level, cancellationToken);
            var org = $"set local \"union\".org = '{scope.Replace("'", "''", StringComparison.Ordinal)}'";
            var session = new Session(connection, transaction, SqlDialect.Postgres, [org, .. settings], cancellationToken);
            var result = await work(session);
            await session.CommitAsync();
            return result;
        }
        catch (Exception e) when (IsAway(e))
        {
            throw new UnionException(
                ErrorCode.Unavailable, "database_unavailable", "The metadata database does not answer.",
                "Nothing acknowledged is lost; the same call may be made again.", e);
        }
    }

    private static bool IsAway(Exception e) => e switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException => true,
        _ => false,
    };
}
