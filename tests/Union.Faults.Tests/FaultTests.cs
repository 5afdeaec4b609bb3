using System.Globalization;
using System.Security.Cryptography;
using Union.Faults.Planes;
using Union.Testing.Servers;

namespace Union.Faults.Tests;

/// <summary>
/// A minute or so of faults on each engine; docs/faults.md says what must hold. <c>UNION_FAULTS_SEED</c> repeats a
/// round: the same workload and the same order of faults.
/// </summary>
public sealed class FaultTests(PostgresServerFixture postgres) : IClassFixture<PostgresServerFixture>
{
    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("UNION_FAULTS_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : RandomNumberGenerator.GetInt32(1_000_000);

    [Fact]
    public async Task Replicas_on_postgres_keep_what_they_acknowledged()
    {
        Assert.SkipWhen(postgres.Server.Absent is not null, postgres.Server.Absent ?? "");
        await HoldsAsync(new FaultOptions(Seed, Runs: 14, TimeSpan.FromSeconds(35)), postgres.Server);
    }

    [Fact]
    public Task Control_plane_on_sqlite_keeps_what_it_acknowledged() =>
        HoldsAsync(new FaultOptions(Seed, Runs: 12, TimeSpan.FromSeconds(25)), null);

    [Fact]
    public async Task An_acknowledgement_without_its_commit_is_found()
    {
        var bug = new FaultOptions(Seed: 1, Runs: 6, TimeSpan.FromSeconds(2))
        {
            Bug = SeededBug.AcknowledgedRun,
            Patience = TimeSpan.FromMinutes(1),
            Stall = TimeSpan.FromSeconds(5),
        };

        var report = await FaultRound.RunAsync(bug, null, TestContext.Current.CancellationToken);

        Assert.Contains(report.Violations, found => found.EndsWith("was acknowledged and is not there", StringComparison.Ordinal));
    }

    private static async Task HoldsAsync(FaultOptions options, PostgresServer? server)
    {
        var report = await FaultRound.RunAsync(options, server, TestContext.Current.CancellationToken);
        // Said when all is well too: a green test that did nothing would look the same.
        Console.WriteLine(report);
        Assert.True(report.Held, report.ToString());
    }
}
