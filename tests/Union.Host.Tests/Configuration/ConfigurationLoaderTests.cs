using System.Net;
using Microsoft.Extensions.Logging;
using Union.Core.Authoring;
using Union.Core.ComputePlane.Objects;
using Union.Host.Configuration;
using Union.Testing;

namespace Union.Host.Tests.Configuration;

public sealed class ConfigurationLoaderTests
{
    [Fact]
    public void Load_NoFile_GivesDefaults()
    {
        var loaded = Load(null, "");

        Assert.Equal("/home/me/.union/control", loaded.Configuration.ControlPlane.DataDir);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:8700"), loaded.Configuration.ControlPlane.Clients.Listen);
        Assert.Null(loaded.Configuration.ControlPlane.Clusters.Listen);
        Assert.Equal("/home/me/.union/compute/objects", loaded.Configuration.ComputePlane.Objects.Path);
        Assert.Equal(TimeSpan.FromHours(1), loaded.Configuration.ComputePlane.Policy.Signing.MaxLifetime);
        Assert.Equal(TaskNetwork.None, loaded.Configuration.ComputePlane.Executor.Network);
        Assert.Equal(Authentication.Unspecified, loaded.Configuration.ControlPlane.Auth);
        Assert.All(loaded.Values, value => Assert.Equal("default", value.Origin));
    }

    [Fact]
    public void Load_EveryKey_IsRead()
    {
        var loaded = Load("union.yaml", """
            version: 1
            controlPlane:
              dataDir: ~/data
              auth: none
              clients: {listen: "localhost:9000", publicUrl: "https://union.example.com", tls: null}
              clusters: {listen: "0.0.0.0:9001", publicAddress: union.example.com:9001}
              ops: {listen: "[::1]:9004"}
              database: {engine: postgres, connection: {file: ~/service}, migrations: {env: OWNER}, poolSize: 7}
              sealingKey: {file: ~/key}
            computePlane:
              cluster: east
              dataDir: /data
              controlPlane: {address: "10.0.0.1:9001", joinToken: {env: TOKEN}, proxy: ~, connections: 4}
              objects: {provider: file, path: /objects, listen: "127.0.0.1:0"}
              secrets: {provider: file}
              executor:
                {provider: process, parallel: 2, sandbox: none, unsandboxed: true, images: ignore, network: shared, environments: {py: ~/py}}
              policy: {verbs: [get], maxLifetime: 10m, uploadMax: 64Mi, relays: []}
              actions: {listen: "127.0.0.1:9003"}
              ops: {listen: "127.0.0.1:9005"}
            telemetry: {logs: json, level: trace, otlp: null}
            """).Configuration;

        Assert.Equal("/home/me/data", loaded.ControlPlane.DataDir);
        Assert.Equal(Authentication.None, loaded.ControlPlane.Auth);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9000), loaded.ControlPlane.Clients.Listen);
        Assert.Equal(new HostPort("union.example.com", 9001), loaded.ControlPlane.Clusters.PublicAddress);
        Assert.Equal(new SecretReference("/home/me/key", null), loaded.ControlPlane.SealingKey);
        Assert.Equal(
            new DatabaseConfiguration(
                DatabaseEngine.Postgres, new SecretReference("/home/me/service", null), new SecretReference(null, "OWNER"), 7),
            loaded.ControlPlane.Database);
        Assert.Equal(new SecretReference(null, "TOKEN"), loaded.ComputePlane.ControlPlane.JoinToken);
        Assert.Equal("/home/me/py", loaded.ComputePlane.Executor.Environments["py"]);
        Assert.Equal(TaskNetwork.Shared, loaded.ComputePlane.Executor.Network);
        Assert.Equal(64 << 20, loaded.ComputePlane.Policy.Signing.UploadMax);
        Assert.Empty(loaded.ComputePlane.Policy.Relays);
        Assert.Equal(new TelemetryConfiguration(LogFormat.Json, LogLevel.Trace), loaded.Telemetry);
    }

    [Fact]
    public void Load_ManyErrors_ReportsAllWithTheirPlaces()
    {
        var errors = Errors("""
            version: 2
            controlPlan: {}
            controlPlane:
              clients: {listen: 0.0.0.0:8700, tls: {certificate: a}}
              ops: {listen: nonsense}
              database: {engine: mysql}
              sealingKey: hunter2
            computePlane:
              cluster: "not a name"
              objects: {provider: s4, bukcet: b}
              executor: {sandbox: none, parallel: many}
              policy: {maxLifetime: 2h, uploadMax: -1, verbs: [get, delete]}
              controlPlane: {joinToken: {file: a, env: B}}
            """);

        Assert.Collection(
            errors,
            e => Assert.StartsWith("union.yaml:1:10: 'version' is '2'", e, StringComparison.Ordinal),
            e => Assert.Equal("union.yaml:2:1: unknown key 'controlPlan'; did you mean 'controlPlane'?", e),
            e => Assert.Matches("^union.yaml:4:21: 'controlPlane.clients.listen' is 0.0.0.0:8700.* needs 'publicUrl'", e),
            e => Assert.StartsWith("union.yaml:4:54: 'controlPlane.clients.tls' needs 'certificate' and 'key'", e, StringComparison.Ordinal),
            e => Assert.StartsWith("union.yaml:5:17: 'controlPlane.ops.listen' is 'nonsense'", e, StringComparison.Ordinal),
            e => Assert.EndsWith("'mysql', which does not exist here; there is: sqlite, postgres.", e, StringComparison.Ordinal),
            e => Assert.StartsWith("union.yaml:7:15: 'controlPlane.sealingKey' must not hold the secret", e, StringComparison.Ordinal),
            e => Assert.StartsWith("union.yaml:9:12: 'computePlane.cluster' is 'not a name'", e, StringComparison.Ordinal),
            e => Assert.EndsWith("there is: file, s3, gcs, azure.", e, StringComparison.Ordinal),
            e => Assert.StartsWith("union.yaml:10:27: unknown key 'bukcet' in 'computePlane.objects'", e, StringComparison.Ordinal),
            e => Assert.Contains("unsandboxed: true", e, StringComparison.Ordinal),
            e => Assert.Contains("a whole number from 1 to 1024", e, StringComparison.Ordinal),
            e => Assert.Contains("at most 1h", e, StringComparison.Ordinal),
            e => Assert.Contains("a size such as", e, StringComparison.Ordinal),
            e => Assert.Contains("'delete' in 'computePlane.policy.verbs' does not exist; there is: get, put.", e, StringComparison.Ordinal),
            e => Assert.Contains("either 'file' or 'env'", e, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, e => e.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{engine: postgres}", "'controlPlane.database.connection' is needed", "'controlPlane.sealingKey' is needed")]
    [InlineData("{connection: {env: A}}", "are for engine postgres")]
    public void Load_DatabaseHalfConfigured_SaysWhatIsMissing(string database, params string[] expected)
    {
        var errors = Errors($"version: 1\ncontrolPlane:\n  database: {database}\n");

        Assert.Equal(expected.Length, errors.Count);
        Assert.All(expected, text => Assert.Contains(errors, e => e.Contains(text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{network: host}", "'host', which does not exist here; there is: none, shared.")]
    [InlineData("{sandbox: none, unsandboxed: true, network: none}", "'computePlane.executor.network: none' needs a sandbox")]
    public void Load_NetworkThatCannotBe_IsRefused(string executor, string expected) => Assert.Contains(
        expected, Assert.Single(Errors($"version: 1\ncomputePlane:\n  executor: {executor}\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("version: 1\ntelemetry: [unclosed\n", "union.yaml:3:1: this is not YAML")]
    [InlineData("version: 1\n- a\n", "union.yaml:2:1: this is not YAML")]
    [InlineData("just text", "union.yaml:1:1: keys with values are expected")]
    [InlineData("version: 1\n---\nversion: 1\n", "union.yaml:3:1: one document is expected")]
    [InlineData("version: &a 1\ntelemetry: *a\n", "union.yaml:2:12: aliases are not supported")]
    [InlineData("version: 1\nversion: 1\n", "union.yaml:2:1: this is not YAML: Duplicate key version")]
    public void Load_NotYaml_GivesOneErrorWithItsLine(string text, string expected)
    {
        Assert.StartsWith(expected, Assert.Single(Errors(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileWithoutVersion_AsksForIt()
    {
        Assert.Equal("union.yaml:1:1: 'version' is missing; write 'version: 1'.", Assert.Single(Errors("telemetry: {logs: text}")));
    }

    [Fact]
    public void Load_MissingFile_SaysSo()
    {
        var thrown = Assert.Throws<InvalidDocumentException>(() => Loader().Load("/nowhere/union.yaml"));

        Assert.StartsWith("/nowhere/union.yaml: there is no such file.", Assert.Single(thrown.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_VariablesAndFlags_WinInOrder()
    {
        var loader = Loader(
            ("UNION_CONTROLPLANE_CLIENTS_LISTEN", "127.0.0.1:1"),
            ("UNION_CONTROLPLANE_OPS_LISTEN", "127.0.0.1:2"),
            ("UNION_COMPUTEPLANE_POLICY_VERBS", "[put]"),
            ("UNION_COMPUTEPLANE_CONTROLPLANE_JOINTOKEN_FILE", "/token"),
            ("UNION_ENDPOINT", "http://127.0.0.1:8700"));

        var loaded = loader.Load(
            "union.yaml",
            "version: 1\ncontrolPlane: {ops: {listen: '127.0.0.1:3'}, dataDir: /file}\n",
            new Dictionary<string, string> { ["controlPlane.clients.listen"] = "127.0.0.1:4" });

        Assert.Equal(4, loaded.Configuration.ControlPlane.Clients.Listen.Port);
        Assert.Equal(2, loaded.Configuration.ControlPlane.OpsListen.Port);
        Assert.Equal([PresignVerb.Put], loaded.Configuration.ComputePlane.Policy.Signing.Verbs);
        Assert.Equal("/token", loaded.Configuration.ComputePlane.ControlPlane.JoinToken!.File);
        Assert.Equal("flag controlPlane.clients.listen", OriginOf(loaded, "controlPlane.clients.listen"));
        Assert.Equal("variable UNION_CONTROLPLANE_OPS_LISTEN", OriginOf(loaded, "controlPlane.ops.listen"));
        Assert.Equal("union.yaml:2", OriginOf(loaded, "controlPlane.dataDir"));
    }

    [Fact]
    public void Load_WrongVariables_ReportsThemByName()
    {
        var loader = Loader(
            ("UNION_CONTROLPLANE_CLIENTS_LISTN", "x"), ("UNION_TELEMETRY_LOGS", "xml"), ("UNION_COMPUTEPLANE_POLICY_VERBS", "[get"));

        var errors = Assert.Throws<InvalidDocumentException>(() => loader.Load(null, "", null)).Errors;

        Assert.Equal(3, errors.Count);
        Assert.Contains("variable UNION_TELEMETRY_LOGS: 'telemetry.logs' is 'xml', which does not exist here; there is: text, json.", errors);
        Assert.Contains("variable UNION_CONTROLPLANE_CLIENTS_LISTN: there is no such setting; did you mean UNION_CONTROLPLANE_CLIENTS_LISTEN?", errors);
        Assert.Contains(errors, e => e.StartsWith("variable UNION_COMPUTEPLANE_POLICY_VERBS:", StringComparison.Ordinal));
    }

    [Fact]
    public void VariableOf_EveryKey_IsDistinct()
    {
        var names = ConfigurationLoader.KnownKeys().Select(ConfigurationLoader.VariableOf).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public void Load_ObjectsInACloud_AreRead()
    {
        var objects = Load("union.yaml", """
            version: 1
            computePlane:
              objects:
                provider: s3
                bucket: b
                buckets: {code: c}
                prefix: a/b
                region: eu-central-1
                endpoint: https://s3.example.com
                pathStyle: false
                encryptionKey: key
                credentials: {source: static, accessKeyId: AK, secretAccessKey: {env: SECRET}}
                assumeRole: {arn: "arn:aws:iam::1:role/r", externalId: x, perUrl: true}
            """).Configuration.ComputePlane.Objects;

        Assert.Equal(ObjectsProvider.S3, objects.Provider);
        Assert.Equal(("b", "c"), (objects.Bucket, objects.Buckets["code"]));
        Assert.False(objects.PathStyle);
        Assert.Null(objects.Listen);
        Assert.Equal(new SecretReference(null, "SECRET"), objects.Credentials.SecretAccessKey);
        Assert.Equal(new AssumeRoleConfiguration("arn:aws:iam::1:role/r", "x", null, true), objects.Role);
    }

    [Theory]
    [InlineData("{provider: s4}", "'s4', which does not exist here; there is: file, s3, gcs, azure.")]
    [InlineData("{provider: s3, region: r}", "'computePlane.objects.bucket' is missing.")]
    [InlineData(
        "{provider: gcs, bucket: b, region: r}",
        "'computePlane.objects.region' is no option of provider gcs, which has: bucket, buckets, prefix, endpoint, ")]
    [InlineData("{provider: file, bucket: b}", "'computePlane.objects.bucket' is no option of provider file, which has: path, listen.")]
    [InlineData(
        "{provider: gcs, bucket: b, buckte: c}",
        "unknown key 'buckte' in 'computePlane.objects'; did you mean 'bucket'? Known are: provider, bucket, buckets, prefix, endpoint, encryptionKey, credentials")]
    [InlineData(
        "{provider: azure, account: a, bucket: b, credentials: {profile: p}}",
        "unknown key 'profile' in 'computePlane.objects.credentials'; known are: clientId")]
    [InlineData(
        "{provider: s3, bucket: b, region: r, credentials: {accessKeyId: a}}",
        "needs 'accessKeyId' and 'secretAccessKey' with 'source: static', and only then.")]
    [InlineData(
        "{provider: s3, bucket: b, region: r, credentials: {source: static, accessKeyId: a, secretAccessKey: inline}}",
        "'computePlane.objects.credentials.secretAccessKey' must not hold the secret itself")]
    [InlineData("{provider: s3, bucket: b, region: r, assumeRole: {perUrl: true}}", "'computePlane.objects.assumeRole.arn' is missing.")]
    public void Load_ObjectsThatCannotBe_SayWhatExists(string objects, string error) => Assert.Contains(
        Errors($"version: 1\ncomputePlane:\n  objects: {objects}\n"),
        said => said.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void Schema_Keys_AreTheKnownKeys()
    {
        Assert.Equal(ConfigurationLoader.KnownKeys().Order(StringComparer.Ordinal), SchemaKeys.Read("union.schema.json"));
    }

    private static LoadedConfiguration Load(string? name, string text) => Loader().Load(name, text, null);

    private static IReadOnlyList<string> Errors(string text) =>
        Assert.Throws<InvalidDocumentException>(() => Load("union.yaml", text)).Errors;

    private static string OriginOf(LoadedConfiguration loaded, string path) => loaded.Values.Single(v => v.Path == path).Origin;

    private static ConfigurationLoader Loader(params (string Name, string Value)[] variables) =>
        new(new ProcessEnvironment(variables.Append(("HOME", "/home/me")).ToDictionary(v => v.Item1, v => v.Item2)));
}
