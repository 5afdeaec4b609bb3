using Dapper;
using Microsoft.Data.Sqlite;
using Union.Faults.Installation;

namespace Union.Faults.Checks;

/// <summary>What the cluster still holds when all is over: nothing.</summary>
internal static class ClusterCheck
{
    public static async Task<IReadOnlyList<string>> ViolationsAsync(FaultyInstallation installation, MetadataRows rows)
    {
        const string outboxSql = "select count(*) from outbox";
        const string attemptsSql = "select uid from attempts";
        const string sentSql = "select coalesce(max(value), 0) from counters where name = 'event'";
        await using var journal = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(installation.Compute.DataDir, "state.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        await journal.OpenAsync();
        var violations = new List<string>();
        if (await journal.ExecuteScalarAsync<long>(outboxSql) is > 0 and var waiting)
        {
            violations.Add($"{waiting} events in the cluster's journal are not acknowledged");
        }

        violations.AddRange((await journal.QueryAsync<string>(attemptsSql)).Select(uid => $"the cluster's journal still holds attempt {uid}"));
        if (await journal.ExecuteScalarAsync<long>(sentSql) is var sent && sent != rows.AckedEvent)
        {
            violations.Add($"the cluster wrote {sent} events, and {rows.AckedEvent} are committed");
        }

        violations.AddRange(Directory.EnumerateFileSystemEntries(Path.Combine(installation.Compute.DataDir, "attempts"))
            .Select(left => $"the folder of attempt {Path.GetFileName(left)} was left behind"));
        violations.AddRange(TaskProcesses.With([.. rows.Attempts.Select(attempt => $"UNION_ATTEMPT_KEY={attempt.Uid}")])
            .Select(id => $"process {id} of a task was left running"));
        return violations;
    }
}
