using Flyteidl2.Core;
using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;
using Union.Testing;

namespace Union.Core.Tests.Authoring;

public sealed class TaskFileTests
{
    private const string Everything = """
        name: monthly-rain
        description: Sums the rain of a month.
        image: local
        command: [sh, -c, 'awk -F, -f sum.awk "$UNION_INPUTS/data"', 5]
        files: [sum.awk, lib/]
        env: {LANG: C, LEVEL: 3}
        inputs: {month: string, data: file}
        outputs: {total: float}
        resources: {cpu: 500m, memory: 64Mi}
        timeout: 60s
        queueTimeout: 10m
        deadline: 1h
        retries: 2
        secrets: [{name: api_key, env: API_KEY}]
        cache: {version: "1"}
        queue: night
        """;

    [Fact]
    public void Parse_EveryKey_GivesTheSpec()
    {
        var file = TaskFile.Parse("/tasks/rain.yaml", Everything);

        var template = file.Spec.TaskTemplate;
        Assert.Equal("/tasks", file.Folder);
        Assert.Equal(["sum.awk", "lib/"], file.Files);
        Assert.Equal("night", file.Queue);
        Assert.Equal("monthly-rain", file.Spec.ShortName);
        Assert.Equal("Sums the rain of a month.", file.Spec.Documentation.ShortDescription);
        Assert.Equal("monthly-rain", template.Id.Name);
        Assert.Equal("raw-container", template.Type);
        Assert.Equal("sh", Assert.Single(template.Container.Command));
        Assert.Equal(["-c", "awk -F, -f sum.awk \"$UNION_INPUTS/data\"", "5"], template.Container.Args);
        Assert.Equal(["LANG=C", "LEVEL=3"], template.Container.Env.Select(e => $"{e.Key}={e.Value}"));
        Assert.True(template.Container.DataConfig.Enabled);
        Assert.Equal("/union/inputs", template.Container.DataConfig.InputPath);
        Assert.Equal("/union/outputs", template.Container.DataConfig.OutputPath);
        Assert.Equal(["Cpu=500m", "Memory=64Mi"], template.Container.Resources.Limits.Select(e => $"{e.Name}={e.Value}"));
        Assert.Equal(template.Container.Resources.Limits, template.Container.Resources.Requests);
        Assert.Equal(["month", "data"], template.Interface.Inputs.Variables.Select(v => v.Key));
        Assert.Equal(SimpleType.Float, template.Interface.Outputs.Variables[0].Value.Type.Simple);
        Assert.Equal(60, template.Metadata.Timeout.Seconds);
        Assert.Equal((600, 3600), (template.Metadata.Timeouts.QueuedTimeout.Seconds, template.Metadata.Timeouts.Deadline.Seconds));
        Assert.Equal(2u, template.Metadata.Retries.Retries);
        Assert.True(template.Metadata.Discoverable);
        Assert.Equal("1", template.Metadata.DiscoveryVersion);
        var secret = Assert.Single(template.SecurityContext.Secrets);
        Assert.Equal(("api_key", "API_KEY", Secret.Types.MountType.EnvVar), (secret.Key, secret.EnvVar, secret.MountRequirement));
    }

    [Fact]
    public void Parse_Least_IsEnough()
    {
        var spec = TaskFile.Parse("t.yaml", "name: hello\ncommand: [echo, hello]\n").Spec;

        Assert.Equal("local", spec.TaskTemplate.Container.Image);
        Assert.False(spec.TaskTemplate.Metadata.Discoverable);
        Assert.Null(spec.TaskTemplate.Metadata.Timeout);
    }

    [Fact]
    public void Parse_ManyErrors_ReportsAllWithTheirPlaces()
    {
        var errors = Errors("""
            name: "two words"
            comand: [sh]
            files: [../secret, /etc/passwd]
            inputs: {1st: string, data: fil, other: table}
            resources: {cpu: lots, memory: 64M, gpu: 1}
            timeout: soon
            retries: -1
            env: {UNION_ACTIONS: x, "A B": y}
            secrets: [{name: "a b"}, text]
            cache: {}
            """);

        Assert.Equal(
            [
                "t.yaml:1:1: 'command' is missing: a list such as [sh, -c, 'echo hello'] is expected.",
                "t.yaml:1:7: 'name' must be 1 to 63 letters, digits, '.', '_' or '-'.",
                "t.yaml:2:1: unknown key 'comand'; did you mean 'command'?",
                "t.yaml:3:9: '../secret' in 'files' must be a path below the task file's folder, without '..'.",
                "t.yaml:3:20: '/etc/passwd' in 'files' must be a path below the task file's folder, without '..'.",
                "t.yaml:4:10: '1st' in 'inputs' must be 1 to 63 letters, digits or '_', and start with no digit.",
                "t.yaml:4:23: 'inputs.data' has the unknown type 'fil'; did you mean 'file'?",
                "t.yaml:4:34: 'inputs.other' has the unknown type 'table'; there is: int, float, bool, string, datetime, duration, json, file, dir",
                "t.yaml:5:18: 'resources.cpu' is 'lots', but must be an amount such as 500m or 2.",
                "t.yaml:5:32: 'resources.memory' is '64M', but must be an amount such as 64Mi or 2Gi.",
                "t.yaml:5:37: unknown key 'gpu' in 'resources'; did you mean 'cpu'?",
                "t.yaml:6:10: 'timeout' is 'soon', but must be a duration such as 90s, 10m or 1h.",
                "t.yaml:7:10: 'retries' is '-1', but must be a whole number from 0 to 100.",
                "t.yaml:8:7: 'UNION_ACTIONS' is reserved: variables that begin with UNION_ or _U_ are set by the cluster.",
                "t.yaml:8:25: 'A B' is no name of an environment variable.",
                "t.yaml:9:18: the name of a secret must be 1 to 127 letters, digits, '-' or '_'.",
                "t.yaml:9:18: a secret needs either 'env' (a variable with its value) or 'file' (one with a file's path).",
                "t.yaml:9:26: an entry of 'secrets' must hold keys with values.",
                "t.yaml:10:8: 'cache.version' is missing: change it whenever a result would differ.",
            ],
            errors);
    }

    [Theory]
    [InlineData("name: x: y", "this is not YAML")]
    [InlineData("hello", "keys with values are expected")]
    [InlineData("a: &x [*x]", "aliases are not supported")]
    public void Parse_NotYaml_GivesOneErrorWithItsLine(string text, string expected)
    {
        var error = Assert.Single(Errors(text));

        Assert.StartsWith("t.yaml:1:", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        Assert.Contains("too deep", Assert.Single(Errors(new string('[', 100_000))), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Empty_NamesWhatIsMissing()
    {
        Assert.Equal(2, Errors("").Count);
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        var thrown = Assert.Throws<InvalidDocumentException>(() => TaskFile.Read("/nowhere/t.yaml"));

        Assert.Equal("/nowhere/t.yaml: there is no such file.", Assert.Single(thrown.Errors));
    }

    [Fact]
    public void Schema_Keys_AreTheKnownKeys()
    {
        var source = YamlSource.Parse("t.yaml", Everything);
        _ = TaskFileReader.Read(source, "/");

        Assert.Empty(source.Errors);
        Assert.Equal(source.KnownKeys.Order(StringComparer.Ordinal), SchemaKeys.Read("task.schema.json"));
    }

    private static IReadOnlyList<string> Errors(string text) =>
        Assert.Throws<InvalidDocumentException>(() => TaskFile.Parse("t.yaml", text)).Errors;
}
