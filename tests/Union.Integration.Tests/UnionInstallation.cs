using System.Globalization;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>
/// Both planes as an operator would start them by hand: two processes in two folders that share nothing, a cluster that
/// is enrolled by its token, and the command line beside them.
/// </summary>
internal sealed class UnionInstallation : IAsyncDisposable
{
    private readonly TemporaryFolder _root = new();

    /// <param name="objects">The section of that name, in one line; none keeps objects as files.</param>
    /// <param name="network">What raw tasks in a sandbox reach: <c>none</c> or <c>shared</c>.</param>
    /// <param name="parallel">How many attempts the cluster runs at once.</param>
    /// <param name="control">What a control plane with replicas needs of its configuration, a line each.</param>
    public UnionInstallation(string? objects = null, string network = "none", int parallel = 8, params string[] control)
    {
        var ports = FreePorts.Take(6);
        var replica = control.Length > 0 ? $", replicaAddress: 127.0.0.1:{ports[1]}" : "";
        (ClientsPort, ClustersPort, ComputePorts) = (ports[0], ports[1], [ports[3], ports[4]]);
        Control = new PlaneHome(_root["control"], "control-plane", ports[2], $$"""
            version: 1
            controlPlane:
              dataDir: {{_root["control/data"]}}
              auth: none
              clients: {listen: 127.0.0.1:{{ports[0]}} }
              clusters: {listen: 127.0.0.1:{{ports[1]}}{{replica}} }
              ops: {listen: 127.0.0.1:{{ports[2]}} }
              {{string.Join("\n  ", control)}}

            """);
        Compute = new PlaneHome(_root["compute"], "compute-plane", ports[5], $$"""
            version: 1
            computePlane:
              cluster: east
              dataDir: {{_root["compute/data"]}}
              controlPlane:
                address: 127.0.0.1:{{ports[1]}}
                joinToken: {file: {{TokenFile}} }
              objects: {{objects ?? $"{{provider: file, listen: 127.0.0.1:{ports[3]} }}"}}
              executor:
                unsandboxed: true
                parallel: {{parallel}}
                network: {{network}}
                environments: {stand-in: {{UnionBinary.StandIn}} }
              actions: {listen: 127.0.0.1:{{ports[4]}} }
              ops: {listen: 127.0.0.1:{{ports[5]}} }

            """);
        User = Directory.CreateDirectory(_root["user"]).FullName;
    }

    public PlaneHome Control { get; }

    public PlaneHome Compute { get; }

    /// <summary>The folder in which commands run.</summary>
    public string User { get; }

    public int ClientsPort { get; }

    public int ClustersPort { get; }

    /// <summary>Those of the object store and of the running tasks.</summary>
    public IReadOnlyList<int> ComputePorts { get; }

    public string TokenFile => _root["compute/join.token"];

    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ClientsPort}");

    /// <summary>Both planes, enrolled and ready.</summary>
    public static async Task<UnionInstallation> StartAsync(
        string? objects = null, string network = "none", int parallel = 8)
    {
        var installation = new UnionInstallation(objects, network, parallel);
        try
        {
            await installation.Control.StartAsync();
            await installation.EnrollAsync();
            await installation.Compute.StartAsync();
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    public async Task EnrollAsync() =>
        (await RunAsync("cluster", "enroll", "east", "--token-file", TokenFile)).Done();

    public string Write(string name, string content)
    {
        var path = Path.Combine(User, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>A command from start to end.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        return await process.EndAsync();
    }

    public async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        await using var process = RunningProcess.Start(UnionBinary.Path, arguments, User, Environment(), input);
        return await process.EndAsync();
    }

    public RunningProcess Start(params string[] arguments) =>
        // A script in the background hands "ignore SIGINT" down to all its children.
        RunningProcess.Start("/usr/bin/env", ["--default-signal=INT", UnionBinary.Path, .. arguments], User, Environment());

    /// <summary>A run that is on its way; answers its name.</summary>
    public async Task<string> DetachAsync(string file, params string[] arguments) =>
        (await RunAsync(["run", file, "--detach", .. arguments])).Done().Output.Trim();

    /// <summary>Waits for the end of a run; answers it as <c>get run --output json</c> shows it.</summary>
    public async Task<System.Text.Json.Nodes.JsonNode> FinishedAsync(string run)
    {
        await RunAsync("get", "run", run, "--follow");
        return (await RunAsync("get", "run", run, "--output", "json")).Done().Json();
    }

    public async ValueTask DisposeAsync()
    {
        await Compute.DisposeAsync();
        await Control.DisposeAsync();
        TaskProcesses.KillBelow(_root.Path);
        _root.Dispose();
    }

    private Dictionary<string, string> Environment() => new(ProcessVariables.Of(User)) { ["UNION_ENDPOINT"] = Endpoint };
}
