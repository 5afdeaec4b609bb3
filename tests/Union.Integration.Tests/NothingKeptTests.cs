using System.Buffers;
using Union.Host.Planes.Demo;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>
/// The promise, watched from outside: values are planted in every kind of customer data and pass through the control
/// plane, which logs all that it can log, while strace notes every byte that it hands to the kernel. Only sockets may
/// carry them; afterwards neither its files nor its tables have any 12 bytes of one.
/// </summary>
public sealed class NothingKeptTests : IAsyncDisposable
{
    private readonly UnionInstallation _union = new();
    private readonly Canaries _canaries = new("file", "bundle", "report", "stderr");

    public ValueTask DisposeAsync() => _union.DisposeAsync();

    [Fact]
    public async Task Control_plane_passes_customer_data_on_and_writes_none_of_it()
    {
        var reason = await SystemCalls.WhyNotAsync();
        Assert.SkipWhen(reason is not null, reason ?? "");
        var calls = new SystemCalls(Path.Combine(_union.User, "control.strace"));
        await File.AppendAllTextAsync(_union.Control.Configuration, "telemetry: {logs: json, level: trace}\n", TestContext.Current.CancellationToken);
        await _union.Control.StartAsync(calls.Tracer);
        await _union.EnrollAsync();
        await _union.Compute.StartAsync();
        await _union.Control.MetricsAsync();
        await _union.Compute.MetricsAsync();

        await PassEverythingThroughAsync();
        var metrics = new[] { await _union.Control.MetricsAsync(), await _union.Compute.MetricsAsync() };
        await _union.Control.Process.SignalAsync("TERM");
        await _union.Control.Process.EndAsync();

        var windows = SearchValues.Create([.. _canaries.Windows.Select(w => w.Window)], StringComparison.Ordinal);
        Assert.Empty(calls.Elsewhere(windows));
        Assert.All(calls.SharedMaps(), map => Assert.True(
            map.EndsWith("/control.db-shm", StringComparison.Ordinal) || map.StartsWith("/memfd:", StringComparison.Ordinal), map));
        Assert.False(_union.Control.Said.AsSpan().ContainsAny(windows));
        Assert.Contains("\"LogLevel\":\"Trace\"", _union.Control.Said, StringComparison.Ordinal);
        Assert.All(metrics, page => Assert.False(page.Text.AsSpan().ContainsAny(windows)));
        Assert.All(metrics, page => Assert.Empty(page.Suspicious));
        Assert.All(metrics, page => Assert.DoesNotContain("kept", page.Text, StringComparison.Ordinal));
        Assert.True(metrics[0].Sum("union_forwarder_bytes_total", "from_cluster") > 1000, metrics[0].Text);
        Assert.True(metrics[0].Sum("union_actions_entered_total", "phase=\"succeeded\"") > 0, metrics[0].Text);
        Assert.True(metrics[1].Sum("union_attempts_duration_seconds_count", "outcome=\"failed\"") > 0, metrics[1].Text);
        Assert.True(metrics[1].Sum("union_signed_urls_total", "outcome=\"signed\"") > 0, metrics[1].Text);
        AssertSearched(calls);
        AssertNothingStored();
    }

    /// <summary>A run that succeeds and one that fails; everything of both is read back, so it did pass.</summary>
    private async Task PassEverythingThroughAsync()
    {
        (await _union.RunWithInputAsync(_canaries["secret"], "secret", "create", "planted")).Done();
        var file = WriteTask();
        var table = _union.Write("table.csv", _canaries["file"]);
        string[] inputs = ["--input", $"text={_canaries["input"]}", "--input", $"table=@{table}"];

        var ran = (await _union.RunAsync(["run", file, "--name", "kept-1", .. inputs, "--input", "code=0"])).Done();
        Assert.Contains(_canaries["output"], ran.Output, StringComparison.Ordinal);
        Assert.Contains(_canaries["input"], (await _union.RunAsync("get", "io", "kept-1")).Done().Output, StringComparison.Ordinal);
        var report = Path.Combine(_union.User, "report.html");
        (await _union.RunAsync("report", "kept-1", "--output-file", report)).Done();
        Assert.Contains(_canaries["report"], await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await using var failing = _union.Start(["run", file, "--name", "kept-2", .. inputs, "--input", "code=3"]);
        await failing.LineAsync(line => line.StartsWith("kept-2", StringComparison.Ordinal));
        var log = (await _union.RunAsync("logs", "kept-2", "--follow")).Done().Output;
        foreach (var place in (string[])["input", "file", "bundle", "log", "argument", "environment", "stderr"])
        {
            Assert.Contains(_canaries[place], log, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await failing.EndAsync()).ExitCode);
        Assert.Contains(
            _canaries["error"], (await _union.RunAsync("get", "run", "kept-2")).Everything, StringComparison.Ordinal);
    }

    private string WriteTask()
    {
        _union.Write("words.txt", _canaries["bundle"]);
        return _union.Write("kept.yaml", $$"""
            name: kept
            command:
              - sh
              - -c
              - |
                [ "$KEY" ] || exit 9
                cat words.txt "$UNION_INPUTS/text" "$UNION_INPUTS/table"; echo; echo "$1 $PLACE {{_canaries["log"]}}"
                echo "{{_canaries["stderr"]}}" >&2
                printf %s "{{_canaries["output"]}}" > "$UNION_OUTPUTS/text"
                echo "<p>{{_canaries["report"]}}</p>" > "$UNION_REPORT"
                echo "{{_canaries["error"]}}" >&2
                exit "$(cat "$UNION_INPUTS/code")"
              - kept
              - "{{_canaries["argument"]}}"
            files: [words.txt]
            env: {PLACE: "{{_canaries["environment"]}}"}
            secrets: [{name: planted, env: KEY}]
            inputs: {text: string, table: file, code: int}
            outputs: {text: string}
            timeout: 60s

            """);
    }

    /// <summary>The same search finds what is there: bytes on their way, and those of the control plane's own.</summary>
    private void AssertSearched(SystemCalls calls)
    {
        foreach (var place in (string[])["log", "output", "error", "input"])
        {
            Assert.NotEmpty(calls.OnSockets(SearchValues.Create([_canaries[place]], StringComparison.Ordinal)));
        }

        Assert.True(calls.Wrote(Path.Combine(_union.Control.Folder, "data", "control.db-wal"), "kept-1"));
    }

    private void AssertNothingStored()
    {
        var control = _union.Control.Folder;
        var compute = _union.Compute.Folder;

        var kept = new StoredBytes([control], Path.Combine(control, "data", "control.db")).Find(_canaries);
        var customers = new StoredBytes([compute], Path.Combine(compute, "data", "state.db")).Find(_canaries);

        Assert.Empty(kept);
        Assert.Superset(
            new HashSet<string> { "input", "file", "output", "log", "error", "argument", "environment", "report" }, customers.ToHashSet());
        Assert.DoesNotContain("secret", customers);
    }
}
