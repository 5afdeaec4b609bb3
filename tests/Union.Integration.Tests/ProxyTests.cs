using System.Globalization;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>A machine whose way out is a proxy: what stays on the machine must not take it.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose()
    {
        TaskProcesses.KillBelow(_root.Path);
        _root.Dispose();
    }

    [Fact]
    public async Task Up_and_a_run_work_where_the_proxy_is_not_to_be_had()
    {
        var ports = FreePorts.Take(7);
        string At(int index) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[index]}");
        _root.Write("union.yaml", $$"""
            version: 1
            controlPlane:
              clients: {listen: "{{At(0)}}"}
              clusters: {listen: "{{At(1)}}"}
              ops: {listen: "{{At(2)}}"}
            computePlane:
              controlPlane: {address: "{{At(1)}}"}
              objects: {provider: file, listen: "{{At(3)}}"}
              actions: {listen: "{{At(4)}}"}
              ops: {listen: "{{At(5)}}"}
            """);
        var variables = new Dictionary<string, string>(ProcessVariables.Of(_root.Path))
        {
            ["UNION_HOME"] = _root["home"],
            ["UNION_ENDPOINT"] = $"http://{At(0)}",
            // Nobody listens there.
            ["HTTPS_PROXY"] = $"http://{At(6)}",
            ["http_proxy"] = $"http://{At(6)}",
        };

        await using var up = RunningProcess.Start(
            "/usr/bin/env", ["--default-signal=INT", UnionBinary.Path, "up"], _root.Path, variables);
        await up.LineAsync(line => line.StartsWith("Ready in ", StringComparison.Ordinal));
        await using var run = RunningProcess.Start(
            UnionBinary.Path, ["run", Path.Combine(RepositoryFiles.Root, "samples/hello/hello.yaml"), "--input", "name=Ada"],
            _root.Path, variables);

        Assert.Contains("greeting = Hello, Ada!", (await run.EndAsync()).Done().Output, StringComparison.Ordinal);
        await up.SignalAsync("INT");
        await up.EndAsync();
    }
}
