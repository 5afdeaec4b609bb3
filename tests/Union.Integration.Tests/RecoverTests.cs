using Flyteidl2.Common;
using Union.Integration.Tests.Flyte;

namespace Union.Integration.Tests;

/// <summary>A workflow that fails half-way and is taken up again: what had succeeded is not done twice.</summary>
public sealed class RecoverTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task A_failed_workflow_goes_on_from_what_succeeded()
    {
        (await _union.RunWithInputAsync("shut", "secret", "create", "recover_gate")).Done();
        var flow = WriteFlow();

        await _union.RunAsync("run", flow, "--name", "recover-1");
        Assert.Equal("FAILED", (await PhasesAsync("recover-1"))["a0"]);
        (await _union.RunWithInputAsync("open", "secret", "create", "recover_gate", "--replace")).Done();
        (await _union.RunAsync("rerun", "recover-1", "--recover", "--name", "recover-2")).Done();
        (await _union.RunAsync("rerun", "recover-1", "--recover", "--again", "one", "--name", "recover-3")).Done();

        Assert.Equal(("RECOVERED", "SUCCEEDED"), Two(await PhasesAsync("recover-2")));
        Assert.Equal(("SUCCEEDED", "SUCCEEDED"), Two(await PhasesAsync("recover-3")));
        var first = await ValueAsync("recover-1", "one");
        Assert.Equal((first, first), (await ValueAsync("recover-2", "one"), await ValueAsync("recover-2", "a0")));
        Assert.NotEqual(first, await ValueAsync("recover-3", "one"));
        var refused = await _union.RunAsync("rerun", "recover-2", "--recover");
        Assert.Contains("has succeeded", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flyte_parent_that_replays_finds_its_children_recovered()
    {
        using var client = new StockClient(_union);
        var failed = await client.SubmitAsync("replays", 0, null, StockClient.Number("x", 21));
        Assert.Equal(ActionPhase.Failed, (await client.EndAsync(failed)).Status.Phase);

        var recovered = await client.SubmitAsync(
            "replays", 0,
            spec => spec.Relation = new Relation { RelatedTo = client.Union.Run(failed), RelationType = RelationType.Recover },
            StockClient.Number("x", 21));
        await client.EndAsync(recovered);

        var child = Assert.Single(await client.ActionsAsync(recovered), action => action.Id.Name != "a0");
        Assert.Equal((ActionPhase.Recovered, failed), (child.Status.Phase, child.Metadata.RecoveredFrom.Run.Name));
    }

    private string WriteFlow()
    {
        _union.Write("one.yaml", """
            name: one
            command: [sh, -c, 'od -An -N8 -tx8 /dev/urandom | tr -d " " > "$UNION_OUTPUTS/value"']
            inputs: {x: file}
            outputs: {value: string}

            """);
        _union.Write("two.yaml", """
            name: two
            command: [sh, -c, 'test "$GATE" = open && cat "$UNION_INPUTS/value" > "$UNION_OUTPUTS/value"']
            inputs: {value: string}
            outputs: {value: string}
            secrets: [{name: recover_gate, env: GATE}]

            """);
        _union.Write("flow.sh", """
            set -e
            echo same > x
            union action enqueue one.yaml --name one --input x=@x
            union action wait one
            union action enqueue two.yaml --name two --input value=@one.value
            union action wait two
            union action output two value > "$UNION_OUTPUTS/value"

            """);
        return _union.Write("flow.yaml", """
            name: flow
            command: [sh, flow.sh]
            files: [flow.sh, one.yaml, two.yaml]
            outputs: {value: string}

            """);
    }

    private static (string?, string?) Two(Dictionary<string, string?> phases) => (phases["one"], phases["two"]);

    private async Task<Dictionary<string, string?>> PhasesAsync(string run) =>
        (await _union.RunAsync("get", "actions", run, "--output", "json")).Done().Json().AsArray()
            .ToDictionary(action => (string)action!["action"]!, action => (string?)action!["phase"]);

    private async Task<string?> ValueAsync(string run, string action) =>
        (string?)(await _union.RunAsync("get", "io", run, action, "--output", "json")).Done().Json()["outputs"]![0]!["value"];
}
