using System.Runtime.InteropServices;
using Union.Host.Configuration;
using Union.Providers.Local.Execution;
using ImageMode = Union.Host.Configuration.ImageMode;
using SandboxMode = Union.Host.Configuration.SandboxMode;
using TaskNetwork = Union.Host.Configuration.TaskNetwork;

namespace Union.Host.Planes.Compute;

internal static class ExecutorOptions
{
    // A packaged binary may lie anywhere, in a home for example, so it is shown to tasks without its folder.
    private static bool IsOneFile => !File.Exists(Path.Combine(AppContext.BaseDirectory, "union.dll"));

    /// <summary>Configuration as the process executor takes it; tasks may run this very binary to start children.</summary>
    /// <param name="actions">Null where tasks share the network, and for a mere look at the machine.</param>
    public static ProcessExecutorOptions From(
        ExecutorConfiguration executor, string dataDir, ActionsSocket? actions)
    {
        return new ProcessExecutorOptions
        {
            DataDir = dataDir,
            Parallel = executor.Parallel,
            Waiting = executor.Waiting,
            Sandbox = executor.Sandbox switch
            {
                SandboxMode.Bubblewrap => Providers.Local.Execution.SandboxMode.Required,
                SandboxMode.None => Providers.Local.Execution.SandboxMode.Off,
                _ => Providers.Local.Execution.SandboxMode.Auto,
            },
            AllowUnsandboxed = executor.Unsandboxed,
            TakeGroups = true,
            Images = executor.Images == ImageMode.Ignore
                ? Providers.Local.Execution.ImageMode.Ignore
                : Providers.Local.Execution.ImageMode.Refuse,
            Network = executor.Network == TaskNetwork.Shared
                ? Providers.Local.Execution.TaskNetwork.Shared
                : Providers.Local.Execution.TaskNetwork.None,
            Cloud = CloudMachine.Find(ProcessEnvironment.Current().Get),
            MetadataBlocked = executor.MetadataBlocked,
            Actions = actions,
            Environments = executor.Environments,
            UnionBinaryFolder = IsOneFile ? null : AppContext.BaseDirectory.TrimEnd('/'),
            UnionBinary = IsOneFile ? Environment.ProcessPath : null,
            ReadOnlyPaths = IsOneFile ? [] : RuntimeOutsideUsr(),
        };
    }

    // The sandbox shows /usr; a runtime that was unpacked elsewhere must be added, or "union" cannot start inside.
    private static IReadOnlyList<string> RuntimeOutsideUsr()
    {
        var runtime = RuntimeEnvironment.GetRuntimeDirectory();
        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        return runtime.StartsWith("/usr/", StringComparison.Ordinal) || runtime == AppContext.BaseDirectory ? [] : [root];
    }
}
