using System.Globalization;
using Union.Core.Storage;
using Union.Integration.Tests.Processes;
using Union.Testing.Servers;

namespace Union.Integration.Tests;

/// <summary>Two control planes over one PostgreSQL, and a cluster that was enrolled at one of them.</summary>
public sealed class TwoReplicasTests
{
    [Fact]
    public async Task Each_replica_reaches_the_cluster_and_one_is_enough()
    {
        await using var server = new PostgresServer();
        await server.InitializeAsync();
        Assert.SkipWhen(server.Absent is not null, server.Absent ?? "");
        using var folder = new TemporaryFolder();
        var database = Database(folder, await server.CreateDatabaseAsync());
        await using var union = new UnionInstallation(control: database);
        await union.Control.StartAsync();
        await union.EnrollAsync();
        int[] ports = [.. FreePorts.Take(3)];
        await using var second = Second(folder, database, ports);
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[0]}");
        await second.StartAsync();
        await union.Compute.StartAsync();
        var task = union.Write("seven.yaml", """
            name: seven
            image: local
            command: [sh, -c, 'printf 7 > "$UNION_OUTPUTS/n"']
            outputs: {n: int}
            """);

        await OnlineAsync(union, endpoint);
        var atSecond = await union.RunAsync("run", task, "--name", "two-1", "--endpoint", endpoint);
        await union.Control.Process.KillAsync();
        var alone = await union.RunAsync("run", task, "--name", "two-2", "--endpoint", endpoint);
        await union.Control.StartAsync();
        await OnlineAsync(union, union.Endpoint);
        var atFirst = await union.RunAsync("run", task, "--name", "two-3");

        Assert.All([atSecond, alone, atFirst], run => Assert.Contains("n = 7", run.Done().Output, StringComparison.Ordinal));
    }

    private static Task OnlineAsync(UnionInstallation union, string endpoint) => Eventually.IsAsync(
        async () => (await union.RunAsync("get", "clusters", "--endpoint", endpoint)).Output
            .Contains("online", StringComparison.Ordinal),
        $"the cluster is online at {endpoint}");

    private static string[] Database(TemporaryFolder folder, PostgresOptions options)
    {
        Secret(folder, "service.connection", options.Connection.Reveal());
        Secret(folder, "owner.connection", options.Migrations!.Reveal());
        Secret(folder, "sealing.key", Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        return
        [
            "database:", "  engine: postgres", $"  connection: {{file: {folder["service.connection"]}}}",
            $"  migrations: {{file: {folder["owner.connection"]}}}", $"sealingKey: {{file: {folder["sealing.key"]}}}",
        ];
    }

    private static void Secret(TemporaryFolder folder, string name, string text) =>
        File.SetUnixFileMode(folder.Write(name, text), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private static PlaneHome Second(TemporaryFolder folder, string[] database, int[] ports) => new(
        folder["second"], "control-plane", ports[2], $$"""
            version: 1
            controlPlane:
              dataDir: {{folder["second/data"]}}
              auth: none
              clients: {listen: 127.0.0.1:{{ports[0]}} }
              clusters: {listen: 127.0.0.1:{{ports[1]}}, replicaAddress: 127.0.0.1:{{ports[1]}} }
              ops: {listen: 127.0.0.1:{{ports[2]}} }
              {{string.Join("\n  ", database)}}

            """);
}
