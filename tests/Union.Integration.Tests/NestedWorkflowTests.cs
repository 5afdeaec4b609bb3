using Union.Integration.Tests.Flyte;

namespace Union.Integration.Tests;

/// <summary>
/// Workflows that need more attempts at the same time than their cluster has places: parents that wait lend theirs.
/// </summary>
public sealed class NestedWorkflowTests(OnePlace one) : IClassFixture<OnePlace>
{
    private readonly UnionInstallation _union = one.Running;

    [Fact]
    public async Task Raw_tasks_nest_on_a_cluster_with_one_place()
    {
        _union.Write("level.sh", """
            set -e
            levels=$(cat "$UNION_INPUTS/levels")
            below=0
            if [ "$levels" -gt 0 ]; then
              for side in left right; do
                union action enqueue level.yaml --name "$UNION_ACTION-$side" --input "levels=$((levels - 1))"
              done
              union action wait "$UNION_ACTION-left" "$UNION_ACTION-right"
              below=$(union action output "$UNION_ACTION-left" levels)
            fi
            echo $((below + 1)) > "$UNION_OUTPUTS/levels"

            """);
        var file = _union.Write("level.yaml", """
            name: level
            command: [sh, level.sh]
            files: [level.sh, level.yaml]
            inputs: {levels: int}
            outputs: {levels: int}

            """);
        string[] runs = ["nested-1", "nested-2"];

        foreach (var run in runs)
        {
            await _union.DetachAsync(file, "--input", "levels=2", "--name", run);
        }

        foreach (var run in runs)
        {
            Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(run))["phase"]);
            var io = (await _union.RunAsync("get", "io", run, "--output", "json")).Done().Json();
            Assert.Equal(3, (int?)io["outputs"]![0]!["value"]);
        }
    }

    [Fact]
    public async Task Flyte_tasks_nest_on_a_cluster_with_one_place()
    {
        using var client = new StockClient(_union);

        var ended = await client.RunAsync("nests", 0, StockClient.Number("x", 4));

        Assert.Equal(4, Assert.Single(await client.OutputsAsync(ended)).Scalar.Primitive.Integer);
    }
}

/// <summary>An installation whose cluster runs one attempt at a time.</summary>
public sealed class OnePlace : IAsyncLifetime
{
    internal UnionInstallation Running { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Running = await UnionInstallation.StartAsync(parallel: 1);

    public ValueTask DisposeAsync() => Running.DisposeAsync();
}
