using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Union.Core.Boundary;
using Union.Faults.Installation;

namespace Union.Faults.Checks;

internal sealed record RunState(long Id, string Name, long Change);

internal sealed record ActionFacts(
    long Id, long RunId, string Name, ActionPhase Phase, long QueueState, long Attempt, long SystemFails, long Change,
    string OutputUri, string ErrorCode);

internal sealed record AttemptFacts(
    string Uid, long ActionId, long Attempt, long Fence, ActionPhase Phase, long? ConfirmedAt, long? EndedAt, string OutputUri,
    string ErrorCode);

internal sealed record EventFacts(long ActionId, long Seq, long Attempt, ActionPhase Phase);

internal sealed record ClusterFacts(long AckedEvent);

/// <summary>What the control plane has recorded, read past it from its database.</summary>
internal sealed record MetadataRows(
    IReadOnlyList<RunState> Runs, IReadOnlyList<ActionFacts> Actions, IReadOnlyList<AttemptFacts> Attempts,
    IReadOnlyList<EventFacts> Events, long AckedEvent)
{
    public static async Task<MetadataRows> ReadAsync(FaultyInstallation installation)
    {
        const string runsSql = "select id as Id, name as Name, change as Change from runs";
        const string actionsSql = """
            select id as Id, run_id as RunId, name as Name, phase as Phase, queue_state as QueueState, attempt as Attempt,
                   system_fails as SystemFails, change as Change, output_uri as OutputUri, error_code as ErrorCode
              from actions
            """;
        const string attemptsSql = """
            select uid as Uid, action_id as ActionId, attempt as Attempt, fence as Fence, phase as Phase,
                   confirmed_at as ConfirmedAt, ended_at as EndedAt, output_uri as OutputUri, error_code as ErrorCode
              from attempts order by fence
            """;
        const string eventsSql = """
            select action_id as ActionId, seq as Seq, attempt as Attempt, phase as Phase
              from phase_events order by action_id, seq
            """;
        const string ackedSql = "select acked_event as AckedEvent from clusters";
        await using var connection = Open(installation);
        await connection.OpenAsync();
        return new MetadataRows(
            [.. await connection.QueryAsync<RunState>(runsSql)],
            [.. await connection.QueryAsync<ActionFacts>(actionsSql)],
            [.. await connection.QueryAsync<AttemptFacts>(attemptsSql)],
            [.. await connection.QueryAsync<EventFacts>(eventsSql)],
            (await connection.QuerySingleAsync<ClusterFacts>(ackedSql)).AckedEvent);
    }

    // As the server's administrator, whom row-level security does not bind.
    private static DbConnection Open(FaultyInstallation installation) => installation.Connection is { } owner
        ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Username = "postgres", Pooling = false }.ToString())
        : new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(installation.Replicas[0].DataDir, "control.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
}
