using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Admin.V1;
using Union.Core.Storage;
using Union.Faults.Planes;
using Union.Host.Cli.Client;
using Union.Testing.Servers;

namespace Union.Faults.Installation;

/// <summary>
/// An installation whose every process may be killed: replicas of the control plane on PostgreSQL, or one on SQLite, and
/// a cluster that reaches them through a relay.
/// </summary>
internal sealed class FaultyInstallation : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _root = new();
    private readonly FailoverRelay _relay;
    private readonly int[] _ports = FreePorts.Take(10);

    private FaultyInstallation(PostgresServer? server, PostgresOptions? database, SeededBug bug)
    {
        Server = server;
        Connection = database?.Migrations?.Reveal();
        var replicas = server is null ? 1 : 2;
        var engine = database is null ? "sqlite" : Postgres(database);
        Replicas = [.. Enumerable.Range(0, replicas).Select(i => Replica(i, engine, bug))];
        _relay = new FailoverRelay(_ports[0], [.. Enumerable.Range(0, replicas).Select(i => _ports[2 + (3 * i)])]);
        Compute = new FaultyPlane("compute plane", _root["compute"], "compute-plane", _ports[9], $$"""
            version: 1
            computePlane:
              cluster: east
              dataDir: data
              controlPlane:
                address: 127.0.0.1:{{_ports[0]}}
                joinToken: {file: join.token}
              objects: {provider: file, listen: 127.0.0.1:{{_ports[7]}} }
              executor: {unsandboxed: true, network: none}
              actions: {listen: 127.0.0.1:{{_ports[8]}} }
              ops: {listen: 127.0.0.1:{{_ports[9]}} }

            """);
    }

    public PostgresServer? Server { get; }

    /// <summary>The owner's connection string; null on SQLite.</summary>
    public string? Connection { get; }

    public IReadOnlyList<FaultyPlane> Replicas { get; }

    public FaultyPlane Compute { get; }

    public string Folder => _root.Path;

    public IEnumerable<FaultyPlane> Planes => Replicas.Append(Compute);

    /// <param name="server">Null for SQLite and a single control plane.</param>
    public static async Task<FaultyInstallation> StartAsync(
        PostgresServer? server, SeededBug bug, CancellationToken cancellationToken)
    {
        var database = server is null ? null : await server.CreateDatabaseAsync();
        var installation = new FaultyInstallation(server, database, bug);
        try
        {
            foreach (var replica in installation.Replicas)
            {
                replica.Start();
            }

            foreach (var replica in installation.Replicas)
            {
                await ReadyAsync(replica, cancellationToken);
            }

            await installation.EnrollAsync(cancellationToken);
            installation.Compute.Start();
            await ReadyAsync(installation.Compute, cancellationToken);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of one replica.</summary>
    public UnionClient Client(int replica) => new(new ConnectionSettings(
        new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[1 + (3 * replica)]}")),
        null, "default", "development"));

    public static async Task ReadyAsync(FaultyPlane plane, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartPatience);
        while (!await plane.IsReadyAsync())
        {
            if (!await Pause.TryAsync(TimeSpan.FromMilliseconds(100), patience.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new InvalidOperationException(
                    $"The {plane.Name} was not ready within {StartPatience.TotalSeconds:0} s. It said:\n{TailOf(plane)}");
            }
        }
    }

    /// <summary>Copies the logs out of a folder that is about to go; answers to where.</summary>
    public string KeepLogs(int seed)
    {
        var kept = Directory.CreateTempSubdirectory(FormattableString.Invariant($"union-faults-{seed}-")).FullName;
        foreach (var plane in Planes.Where(plane => File.Exists(plane.Log)))
        {
            File.Copy(plane.Log, Path.Combine(kept, $"{plane.Name.Replace(' ', '-')}.log"));
        }

        return kept;
    }

    public static string TailOf(FaultyPlane plane) =>
        File.Exists(plane.Log) ? string.Join('\n', File.ReadLines(plane.Log).TakeLast(30)) : "nothing";

    public async ValueTask DisposeAsync()
    {
        foreach (var plane in Planes.Reverse())
        {
            await plane.DisposeAsync();
        }

        await _relay.DisposeAsync();
        TaskProcesses.KillBelow(_root.Path);
        _root.Dispose();
    }

    private FaultyPlane Replica(int i, string engine, SeededBug bug)
    {
        var (clients, clusters, ops) = (_ports[1 + (3 * i)], _ports[2 + (3 * i)], _ports[3 + (3 * i)]);
        return new FaultyPlane(
            string.Create(CultureInfo.InvariantCulture, $"control plane {i + 1}"),
            _root[string.Create(CultureInfo.InvariantCulture, $"control{i + 1}")], "control-plane", ops, $$"""
            version: 1
            controlPlane:
              auth: none
              dataDir: data
              database: {engine: {{engine}}}
              {{(engine == "sqlite" ? "" : $"sealingKey: {{file: {_root["sealing.key"]}}}")}}
              clients: {listen: 127.0.0.1:{{clients}} }
              clusters: {listen: 127.0.0.1:{{clusters}}, publicAddress: "127.0.0.1:{{_ports[0]}}" }
              ops: {listen: 127.0.0.1:{{ops}} }

            """, i == 0 ? bug : SeededBug.None);
    }

    private string Postgres(PostgresOptions database)
    {
        WriteSecret("service.connection", database.Connection.Reveal());
        WriteSecret("owner.connection", database.Migrations!.Reveal());
        WriteSecret("sealing.key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return $"postgres, connection: {{file: {_root["service.connection"]}}}, "
            + $"migrations: {{file: {_root["owner.connection"]}}}, poolSize: 10";
    }

    private void WriteSecret(string name, string content) =>
        File.SetUnixFileMode(_root.Write(name, content), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private async Task EnrollAsync(CancellationToken cancellationToken)
    {
        using var client = Client(0);
        var answer = await client.Clusters.CreateJoinTokenAsync(
            new CreateJoinTokenRequest { ClusterName = "east", Lifetime = TimeSpan.FromMinutes(10).ToDuration() },
            cancellationToken: cancellationToken);
        WriteSecret("compute/join.token", answer.Token);
    }
}
