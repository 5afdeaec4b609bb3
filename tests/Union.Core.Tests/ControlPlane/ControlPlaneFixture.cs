using System.Text;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Core.Storage;
using Union.Testing;

namespace Union.Core.Tests.ControlPlane;

/// <summary>
/// A control plane without a host: real database, moved clock, callers of every kind. The database is a SQLite file, or
/// with UNION_TESTS_DATABASE=postgres one of a real PostgreSQL: the same tests hold both engines.
/// </summary>
public sealed class ControlPlaneFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ServiceProvider _services;
    private readonly CertificateAuthority _authority;
    private TimeoutSweep? _timeouts;

    private ControlPlaneFixture(MetadataDatabase database, DirectoryInfo folder)
    {
        (Database, _folder, Clock) = (database, folder, new SteppedClock(Time));
        _authority = CertificateAuthority.Open(
            new CertificateAuthorityOptions { Folder = _folder.CreateSubdirectory("keys").FullName }, Time);
        _services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IClusterConnections>(Connections)
            .AddSingleton(_authority)
            .AddSingleton(new ClusterAddress("127.0.0.1:8701"))
            .AddControlPlane(Database)
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>What the control plane sees of <see cref="Time"/>.</summary>
    public SteppedClock Clock { get; }

    public MetadataDatabase Database { get; }

    public FakeConnections Connections { get; } = new();

    public ClusterIdentity Cluster { get; } = new("default", "0b8c1a52-53d5-4c6d-9c42-0c8a0b4a3d11");

    public string Session { get; private set; } = "";

    /// <summary>Nothing but a migrated database.</summary>
    public static async Task<ControlPlaneFixture> CreateAsync()
    {
        if (TestDatabases.OnPostgres)
        {
            return await CreateAsync(await TestDatabases.MigratedAsync());
        }

        var folder = Directory.CreateTempSubdirectory("union-test-");
        return new ControlPlaneFixture(MetadataDatabase.Open(Path.Combine(folder.FullName, "control.db")), folder);
    }

    /// <summary>One replica over a database that others may use too.</summary>
    public static async Task<ControlPlaneFixture> CreateAsync(PostgresOptions options) => new(
        await MetadataDatabase.OpenAsync(options with { Migrations = null }, TimeProvider.System, Cancel),
        Directory.CreateTempSubdirectory("union-test-"));

    /// <summary>The default project and one enrolled cluster with a session.</summary>
    public static async Task<ControlPlaneFixture> StartAsync()
    {
        var fixture = await CreateAsync();
        await fixture.PrepareAsync();
        return fixture;
    }

    /// <summary>The default project and one enrolled cluster with a session.</summary>
    public async Task PrepareAsync()
    {
        await Database.EnsureDefaultsAsync("default", Time.GetUtcNow(), Cancel);
        await Database.WriteAsync(
            "default",
            async session =>
            {
                var now = Time.GetUtcNow();
                await ClusterStore.EnrollAsync(session, Cluster, "local", now, now.AddDays(1));
                return true;
            },
            Cancel);
        await HelloAsync();
    }

    public Task<T> AsUserAsync<T>(IRequest<T> request, string requestId = "", params Verb[] verbs) => SendAsync(
        request,
        caller => caller.Become(
            new Principal("alice", "default", [.. (verbs.Length == 0 ? Enum.GetValues<Verb>() : verbs).Select(v => new Grant(v))]),
            requestId));

    public Task<T> AsClusterAsync<T>(IRequest<T> request) => SendAsync(request, caller => caller.Become(Cluster));

    public Task<T> AsOtherClusterAsync<T>(IRequest<T> request) => SendAsync(
        request, caller => caller.Become(new ClusterIdentity("default", "another")));

    public Task<T> AsSystemAsync<T>(IRequest<T> request) => SendAsync(request, caller => caller.BecomeSystem());

    public async Task<T> SendAsync<T>(IRequest<T> request, Action<Caller> become)
    {
        await using var scope = _services.CreateAsyncScope();
        become(scope.ServiceProvider.GetRequiredService<Caller>());
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, Cancel);
    }

    public async Task<BegunSession> HelloAsync(long lastEvent = 0, params AttemptKey[] held)
    {
        var result = await AsClusterAsync(new BeginSession([0], "1.0.0", "bubblewrap", 8, lastEvent, held, ["file:///data/"]));
        Session = result.Session;
        return result;
    }

    public Task<ActionRow> CreateRunAsync(string? name = null, int retries = 0, string requestId = "") =>
        AsUserAsync(NewRun(name, retries), requestId);

    public CreateRun NewRun(string? name = null, int retries = 0, string inputUri = "") => new(
        "default", "development", name, Cluster.ClusterId, NewTask(retries), ReadOnlyMemory<byte>.Empty, "", inputUri,
        [], 2);

    /// <summary>Keeps a version of a task; answers it.</summary>
    public Task<DeployedTaskRow> DeployAsync(string name, string version = "1", params NewTrigger[] triggers) => AsUserAsync(
        new DeployTask(
            "default", "development", NewTask(0, name) with { Version = version }, Cluster.ClusterId, [], triggers));

    public static NewTrigger NewTrigger(string name, TriggerSchedule schedule, bool active = true) => new(
        name, active, "", ReadOnlyMemory<byte>.Empty, "", new Dictionary<string, string>(), "", "", schedule);

    public static TriggerSchedule Cron(string expression, string timeZone = "") =>
        new(ScheduleKind.Cron, expression, timeZone, 0, RateUnit.None, null, "");

    public static TriggerSchedule Every(long value, RateUnit unit, DateTimeOffset? start = null) =>
        new(ScheduleKind.FixedRate, "", "", value, unit, start, "");

    /// <summary>A sweeper of its own: another replica, as far as triggers are concerned.</summary>
    public TriggerSweep NewSweep(TriggerOptions? options = null, MetadataDatabase? database = null) => new(
        database ?? Database, _services.GetRequiredService<RunSignals>(), options ?? new TriggerOptions(), Time,
        NullLogger<TriggerSweep>.Instance);

    public ActionWatches Watches => _services.GetRequiredService<ActionWatches>();

    /// <summary>Ends what is overdue by the moved clock.</summary>
    public Task SweepTimeoutsAsync() => (_timeouts ??=
        new TimeoutSweep(Database, Signals, Clock, NullLogger<TimeoutSweep>.Instance)).SweepOnceAsync(Cancel);

    public RunSignals Signals => _services.GetRequiredService<RunSignals>();

    public string DatabasePath => Path.Combine(_folder.FullName, "control.db");

    public async Task<IReadOnlyList<ActionRow>> ActionsAsync(string run) => (await AsUserAsync(new ListActions(
        "default", "development", run, ListQuery.First(1000) with { NewestFirst = false }))).Rows;

    public async Task<IReadOnlyList<ActionRow>> RunsAsync(RunScope? scope = null, params Filter[] filters) =>
        (await AsUserAsync(new ListRuns(
            scope ?? new RunScope("default", "development"), ListQuery.First(1000) with { Filters = filters }))).Rows;

    public static NewTask NewTask(int retries = 0, string name = "rain") =>
        new(name, "1", name, "raw-container", Encoding.UTF8.GetBytes($"{name} {retries}"), "", retries);

    public async Task<Assignment> LeaseOneAsync() => Assert.Single((await LeaseAsync(1)).Assignments);

    public Task<LeasedWork> LeaseAsync(int free, params AttemptKey[] ended) =>
        AsClusterAsync(new LeaseWork(Session, free, TimeSpan.Zero, ended));

    public Task<ReportResult> ReportAsync(params AttemptEvent[] events) =>
        AsClusterAsync(new ReportEvents(Session, events));

    public AttemptEvent Event(
        long sequence, AttemptKey key, ActionPhase phase, string code = "", long kind = 0, bool recoverable = false) =>
        new(sequence, key, Time.GetUtcNow(), phase, code, kind, recoverable, "", "", "");

    public async Task<ActionRow> ActionAsync(string run, string action = "a0") =>
        (await AsUserAsync(new GetAction("default", "development", run, action))).Action;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Database.DisposeAsync();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    public sealed class FakeConnections : IClusterConnections
    {
        public List<string> Disconnected { get; } = [];

        public bool IsOnline(string clusterId) => true;

        public void Disconnect(string clusterId) => Disconnected.Add(clusterId);
    }
}
