namespace Union.Integration.Tests;

/// <summary>Results that are taken over, on two real planes: a task whose outcome no second execution could repeat.</summary>
public sealed class CachingTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task A_cached_result_is_taken_over_until_it_is_forgotten()
    {
        var file = Write("cached-once");

        var first = await ResultAsync(file, "cache-1", "x=1");
        var second = await ResultAsync(file, "cache-2", "x=1");
        var other = await ResultAsync(file, "cache-3", "x=2");
        var overwritten = await ResultAsync(file, "cache-4", "x=1", "--overwrite-cache");
        var newest = await ResultAsync(file, "cache-5", "x=1");
        (await _union.RunAsync("cache", "evict", "cached-once")).Done();
        var forgotten = await ResultAsync(file, "cache-6", "x=1");

        Assert.Equal(("POPULATED", "HIT"), (first.Cache, second.Cache));
        Assert.Equal(first.Value, second.Value);
        Assert.Equal(4, new[] { first.Value, other.Value, overwritten.Value, forgotten.Value }.Distinct().Count());
        Assert.Equal((overwritten.Value, "HIT"), (newest.Value, newest.Cache));
        Assert.Contains("HIT", (await _union.RunAsync("get", "actions", "cache-2")).Done().Output, StringComparison.Ordinal);
        Assert.Contains("cache-6/a0/1", (await _union.RunAsync("cache", "list", "cached-once")).Done().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_want_the_same_at_once_compute_it_once()
    {
        var file = Write("cached-together");
        string[] runs = ["together-1", "together-2", "together-3"];

        foreach (var run in runs)
        {
            await _union.DetachAsync(file, "--input", "x=1", "--name", run);
        }

        var values = new List<string?>();
        foreach (var run in runs)
        {
            Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(run))["phase"]);
            values.Add(await ValueAsync(run));
        }

        Assert.Single(values.Distinct());
    }

    private string Write(string name) => _union.Write($"{name}.yaml", $$"""
        name: {{name}}
        command: [sh, -c, 'sleep 0.3; od -An -N8 -tx8 /dev/urandom | tr -d " " > "$UNION_OUTPUTS/value"']
        inputs: {x: int}
        outputs: {value: string}
        cache: {version: "1"}

        """);

    private async Task<(string? Value, string? Cache)> ResultAsync(string file, string run, string input, params string[] more)
    {
        (await _union.RunAsync(["run", file, "--name", run, "--input", input, .. more])).Done();
        var details = (await _union.RunAsync("get", "run", run, "--output", "json")).Done().Json();
        return (await ValueAsync(run), (string?)details["cache"]);
    }

    private async Task<string?> ValueAsync(string run) =>
        (string?)(await _union.RunAsync("get", "io", run, "--output", "json")).Done().Json()["outputs"]![0]!["value"];
}
