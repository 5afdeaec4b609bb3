using System.Net;
using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Retention;
using Union.Core.ControlPlane.Triggers;

namespace Union.Host.Configuration;

/// <summary>The keys of <c>union.yaml</c>, each with its default and its check.</summary>
internal static class PlaneReaders
{
    public static UnionConfiguration Read(ConfigurationReader reader, YamlSection root)
    {
        var configuration = new UnionConfiguration(
            ReadControlPlane(reader, root.Section("controlPlane")),
            ReadComputePlane(reader, root.Section("computePlane")),
            ReadTelemetry(reader, root.Section("telemetry")));
        root.End();
        return configuration;
    }

    private static ControlPlaneConfiguration ReadControlPlane(ConfigurationReader reader, YamlSection plane)
    {
        var auth = reader.Choice(
            plane, "auth", Authentication.Unspecified, ("none", Authentication.None), ("token", Authentication.Token));
        var configuration = new ControlPlaneConfiguration(
            reader.Folder(plane, "dataDir", Path.Combine(reader.Environment.UnionHome, "control")),
            auth,
            ClientsReader.Read(reader, plane.Section("clients"), auth),
            ReadClusters(reader, plane.Section("clusters")),
            ReadListen(reader, plane.Section("ops"), "127.0.0.1:8704"),
            ReadDatabase(reader, plane.Section("database")),
            ReadTriggers(reader, plane.Section("triggers")),
            reader.Secret(plane, "sealingKey"),
            ReadRetention(plane.Section("retention")));
        if (configuration is { Database.Engine: DatabaseEngine.Postgres, SealingKey: null })
        {
            plane.Error(
                plane.Find("sealingKey"),
                "'controlPlane.sealingKey' is needed with database.engine postgres: it seals the keys that replicas share there.");
        }

        plane.End();
        return configuration;
    }

    private static RetentionOptions ReadRetention(YamlSection section)
    {
        var standard = new RetentionOptions();
        var retention = standard with
        {
            Runs = section.Value("runs", standard.Runs, IsAge, "a duration of at least a day, such as 90d"),
            Audit = section.Value("audit", standard.Audit, IsAge, "a duration of at least a day, such as 400d"),
        };
        section.End();
        return retention;
    }

    private static bool IsAge(string text, out TimeSpan age) =>
        Durations.TryParse(text, out age) && age >= TimeSpan.FromDays(1);

    private static ClustersConfiguration ReadClusters(ConfigurationReader reader, YamlSection section)
    {
        var clusters = new ClustersConfiguration(
            reader.OptionalListen(section, "listen"), reader.OptionalAddress(section, "publicAddress"),
            reader.OptionalAddress(section, "replicaAddress"));
        section.End();
        return clusters;
    }

    private static TriggersConfiguration ReadTriggers(ConfigurationReader reader, YamlSection section)
    {
        var triggers = new TriggersConfiguration(reader.Choice(
            section, "catchUp", CatchUp.Latest,
            ("latest", CatchUp.Latest), ("all", CatchUp.All), ("skip", CatchUp.Skip)));
        section.End();
        return triggers;
    }

    private static DatabaseConfiguration ReadDatabase(ConfigurationReader reader, YamlSection section)
    {
        var database = new DatabaseConfiguration(
            reader.Choice(
                section, "engine", DatabaseEngine.Sqlite,
                ("sqlite", DatabaseEngine.Sqlite), ("postgres", DatabaseEngine.Postgres)),
            reader.Secret(section, "connection"),
            reader.Secret(section, "migrations"),
            reader.Number(section, "poolSize", 20, 4, 500));
        if (database is { Engine: DatabaseEngine.Postgres, Connection: null })
        {
            section.Error(
                section.Find("engine"),
                $"'{section.PathOf("connection")}' is needed with engine postgres: {{file: PATH}} or {{env: NAME}} of a connection string.");
        }

        if (database is { Engine: DatabaseEngine.Sqlite } and not { Connection: null, Migrations: null })
        {
            section.Error(
                section.Find("connection") ?? section.Find("migrations"),
                $"'{section.PathOf("connection")}' and '{section.PathOf("migrations")}' are for engine postgres; sqlite is a file in dataDir.");
        }

        section.End();
        return database;
    }

    private static ComputePlaneConfiguration ReadComputePlane(ConfigurationReader reader, YamlSection plane)
    {
        var cluster = reader.Text(
            plane, "cluster", "local", Names.IsResource, "1 to 63 letters, digits, '.', '_' or '-'");
        var dataDir = reader.Folder(plane, "dataDir", Path.Combine(reader.Environment.UnionHome, "compute"));
        var objects = ObjectsReader.Read(reader, plane.Section("objects"), dataDir);
        var configuration = new ComputePlaneConfiguration(
            cluster,
            dataDir,
            ReadUplink(reader, plane.Section("controlPlane")),
            objects,
            SecretsReader.Read(reader, plane.Section("secrets")),
            ReadExecutor(reader, plane.Section("executor")),
            PolicyReader.Read(reader, plane.Section("policy"), objects),
            ReadListen(reader, plane.Section("actions"), "127.0.0.1:8703", mustBeLoopback: true),
            ReadListen(reader, plane.Section("ops"), "127.0.0.1:8705"));
        plane.End();
        return configuration;
    }

    private static UplinkConfiguration ReadUplink(ConfigurationReader reader, YamlSection section)
    {
        var address = reader.OptionalAddress(section, "address")
            ?? reader.Keep(section, "address", new HostPort("127.0.0.1", 8701), "127.0.0.1:8701");
        var uplink = new UplinkConfiguration(
            address, reader.Secret(section, "joinToken"), reader.Number(section, "connections", 2, 1, 8));
        reader.Absent(section, "proxy", "the control plane is dialled directly.");
        section.End();
        return uplink;
    }

    private static ExecutorConfiguration ReadExecutor(ConfigurationReader reader, YamlSection section)
    {
        var environments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (image, folder, node) in section.Pairs("environments"))
        {
            environments[image] = reader.Environment.Expand(folder);
            if (!Path.IsPathRooted(environments[image]))
            {
                section.Error(node, $"'{section.PathOf("environments")}.{image}' must be an absolute folder.");
            }
        }

        reader.Keep(
            section, "environments", 0, $"{{{string.Join(", ", environments.Select(pair => $"{pair.Key}: {pair.Value}"))}}}");
        var executor = new ExecutorConfiguration(
            reader.Choice(section, "provider", ExecutorProvider.Process, ("process", ExecutorProvider.Process)),
            reader.Number(section, "parallel", 8, 1, 1024),
            reader.Number(section, "waiting", 64, 0, 4096),
            reader.Choice(
                section,
                "sandbox",
                SandboxMode.Auto,
                ("auto", SandboxMode.Auto), ("bubblewrap", SandboxMode.Bubblewrap), ("none", SandboxMode.None)),
            reader.Flag(section, "unsandboxed"),
            reader.Choice(section, "images", ImageMode.Refuse, ("refuse", ImageMode.Refuse), ("ignore", ImageMode.Ignore)),
            reader.Choice(section, "network", TaskNetwork.None, ("none", TaskNetwork.None), ("shared", TaskNetwork.Shared)),
            reader.Flag(section, "metadataBlocked"),
            environments);
        if (executor is { Sandbox: SandboxMode.None, Unsandboxed: false })
        {
            section.Error(
                section.Find("sandbox"),
                $"'{section.PathOf("sandbox")}: none' lets tasks read the cluster's keys; say so with 'unsandboxed: true'.");
        }

        if (executor is { Sandbox: SandboxMode.None, Network: TaskNetwork.None } && section.Find("network") is { } network)
        {
            section.Error(
                network, $"'{section.PathOf("network")}: none' needs a sandbox, which '{section.PathOf("sandbox")}: none' forbids.");
        }

        section.End();
        return executor;
    }

    private static TelemetryConfiguration ReadTelemetry(ConfigurationReader reader, YamlSection section)
    {
        var telemetry = new TelemetryConfiguration(
            reader.Choice(section, "logs", LogFormat.Text, ("text", LogFormat.Text), ("json", LogFormat.Json)),
            reader.Choice(
                section, "level", LogLevel.Information,
                ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("information", LogLevel.Information),
                ("warning", LogLevel.Warning), ("error", LogLevel.Error)));
        reader.Absent(section, "otlp", "logs go to standard error, and metrics are fetched from /metrics.");
        section.End();
        return telemetry;
    }

    private static IPEndPoint ReadListen(
        ConfigurationReader reader, YamlSection section, string fallback, bool mustBeLoopback = false)
    {
        var listen = reader.Listen(section, "listen", fallback);
        if (mustBeLoopback)
        {
            MustBeLoopback(section, listen);
        }

        section.End();
        return listen;
    }

    private static void MustBeLoopback(YamlSection section, IPEndPoint listen)
    {
        if (!IPAddress.IsLoopback(listen.Address))
        {
            section.Error(section.Find("listen"), $"'{section.PathOf("listen")}' must be a loopback address: it has no TLS.");
        }
    }
}
