using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Testing.Servers;

namespace Union.Benchmarks.Orchestrator;

/// <summary>The orchestrator's load on a database of its own, in rounds, with what it cost the server.</summary>
internal sealed class MeasuredLoad
{
    private readonly PostgresServer _server;
    private readonly PostgresOptions _options;
    private readonly int _replicas;
    private LoadResult? _result;
    private ServerCounts _used = new(0, 0, 0);
    private int _actions;

    private MeasuredLoad(PostgresServer server, PostgresOptions options, int replicas) =>
        (_server, _options, _replicas) = (server, options, replicas);

    public LoadResult Result => _result!;

    /// <summary>Without the warm-up.</summary>
    public Measured Cpu { get; } = new();

    public double Commits => _used.Commits / (double)_actions;

    public double WalBytes => _used.WalBytes / (double)_actions;

    public double Rows => _used.Rows / (double)_actions;

    public string Owner => _options.Migrations!.Reveal();

    public static async Task<MeasuredLoad> CreateAsync(PostgresServer server, int replicas)
    {
        var options = (await server.CreateDatabaseAsync()) with { PoolSize = 50 };
        await MetadataSchema.MigrateAsync(options, CancellationToken.None);
        return new MeasuredLoad(server, options, replicas);
    }

    public async Task RunAsync(int actions, int callers)
    {
        var before = await ServerCounts.ReadAsync(Owner);
        var databases = new List<MetadataDatabase>();
        var marks = new List<CpuTimes>();
        try
        {
            for (var i = 0; i < _replicas; i++)
            {
                databases.Add(await MetadataDatabase.OpenAsync(_options, TimeProvider.System, CancellationToken.None));
            }

            var load = await OrchestratorLoad.RunAsync(
                databases, actions, callers, () => marks.Add(CpuTimes.Read(_server.ProcessId)));
            Cpu.Add(actions, load.Elapsed, marks[1].Since(marks[0]));
            _result = _result?.With(load) ?? load;
        }
        finally
        {
            await Task.WhenAll(databases.Select(d => d.DisposeAsync().AsTask()));
        }

        // Only now have the sessions said what they did.
        var used = (await ServerCounts.ReadAsync(Owner)).Since(before);
        _used = new ServerCounts(_used.Commits + used.Commits, _used.WalBytes + used.WalBytes, _used.Rows + used.Rows);
        _actions += actions + OrchestratorLoad.WarmUp;
    }
}
