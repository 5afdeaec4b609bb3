using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Local.Execution;

/// <summary>What this machine has for tasks: the sandbox, limits, memory for secrets, the programs of environments.</summary>
public sealed class ProcessExecutorProbe(ProcessExecutorOptions options) : IProbe
{
    private static readonly string[] Programs = ["sh", "setsid", "timeout", "env"];

    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var result in (CheckResult[])[.. Sandboxed(), Limits(), Memory(), Tools(), Environments()])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(result);
        }
    }

    private CheckResult[] Sandboxed()
    {
        const string name = "tasks.sandbox";
        if (options.Sandbox is SandboxMode.Off)
        {
            return
            [
                CheckResult.Warned(
                    name, "Tasks run without a sandbox, as configured: they can read the cluster's keys.",
                    "Set computePlane.executor.sandbox to auto or bubblewrap."),
                Networked(null),
            ];
        }

        // In a folder of its own: the one of a plane that runs is not touched.
        var folder = Directory.CreateTempSubdirectory("union-doctor-");
        try
        {
            var probed = new ProcessExecutorOptions
            {
                DataDir = folder.FullName,
                ReadOnlyPaths = options.ReadOnlyPaths,
                Network = options.Network,
                Bubblewrap = options.Bubblewrap,
            };
            if (Sandbox.Find(probed) is { } sandbox)
            {
                return
                [
                    CheckResult.Passed(name, "Bubblewrap works: tasks see their own folders and programs only."),
                    Networked(sandbox),
                ];
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        const string advice = "Install bubblewrap and allow user namespaces (sysctl kernel.unprivileged_userns_clone, AppArmor).";
        return options.AllowUnsandboxed && options.Sandbox is SandboxMode.Auto
            ?
            [
                CheckResult.Warned(
                    name, "There is no sandbox, and configuration accepts that: tasks can read the cluster's keys.", advice),
                Networked(null),
            ]
            : [CheckResult.Failed(name, "There is no sandbox, so this cluster refuses work.", advice)];
    }

    private CheckResult Networked(Sandbox? sandbox)
    {
        const string name = "tasks.network";
        const string reach = "and would reach a cloud's metadata addresses there (169.254.169.254, fd00:ec2::254)";
        const string firewall = "On a machine of a cloud reject those with a firewall (docs/security.md)";
        if (options.GuardsMetadata)
        {
            var refused = sandbox is { Network: TaskNetwork.None } ? "tasks of the Flyte SDK" : "all tasks";
            return CheckResult.Warned(
                name, $"This machine is of {options.Cloud}, so {refused} are refused: they would share its network, {reach}.",
                "Keep tasks from those addresses (docs/security.md) and set computePlane.executor.metadataBlocked: true.");
        }

        return (sandbox?.Network, options.Network) switch
        {
            (TaskNetwork.None, _) => CheckResult.Passed(
                name, $"Raw tasks have no network; those of the Flyte SDK share this machine's, {reach}."),
            (_, TaskNetwork.Shared) => CheckResult.Warned(
                name, $"Tasks share this machine's network, as configured, {reach}.",
                $"{firewall}, or set computePlane.executor.network: none."),
            _ => CheckResult.Warned(
                name, $"Tasks share this machine's network, since no other can be had for them, {reach}.",
                $"{firewall}, or let bubblewrap make network namespaces."),
        };
    }

    // This program's own group, which a plane that a service manager starts does not share: its /readyz says what it uses.
    private static CheckResult Limits()
    {
        var (path, why) = CgroupTree.Look();
        return CheckResult.Passed(
            "tasks.limits",
            path is null
                ? $"A plane started like this command keeps limits by rlimits and a watchdog over the process tree: {why}."
                : $"A plane started like this command keeps limits by cgroup v2: {why}.");
    }

    private static CheckResult Memory() => SecretFiles.IsMemory()
        ? CheckResult.Passed("tasks.secretFiles", "Secrets that are files lie in memory (/dev/shm).")
        : CheckResult.Warned(
            "tasks.secretFiles", "There is no memory file system at /dev/shm: tasks that ask for secrets as files are refused.",
            "Mount a tmpfs there, or let tasks ask for variables.");

    private static CheckResult Tools()
    {
        string[] places = ["/usr/local/bin", "/usr/bin", "/bin"];
        var missing = Programs.Where(p => !places.Any(place => File.Exists(Path.Combine(place, p)))).ToList();
        return missing.Count == 0
            ? CheckResult.Passed("tasks.tools", "The programs that supervise tasks are there.")
            : CheckResult.Failed("tasks.tools", $"Missing: {string.Join(", ", missing)}.", "Install util-linux and coreutils.");
    }

    private CheckResult Environments()
    {
        var missing = options.Environments.Where(pair => !Directory.Exists(pair.Value)).Select(pair => pair.Value).ToList();
        return missing.Count == 0
            ? CheckResult.Passed("tasks.environments", $"{options.Environments.Count} environments, each with its folder.")
            : CheckResult.Failed(
                "tasks.environments", $"There is no folder {string.Join(", ", missing)}.",
                "Make it, or correct computePlane.executor.environments.");
    }
}
