using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Union.Providers.Local.Execution;

/// <summary>
/// A bubblewrap sandbox: namespaces of its own for processes, mounts, IPC, names and (where the kernel lets us) users,
/// no capability, and a root that holds programs, certificates and the attempt's own folders, nothing else of the
/// machine. Its arguments travel through a pipe, since the environment is among them.
/// </summary>
internal sealed class Sandbox
{
    private const string UserId = "1000";

    private static readonly string[] Roots = ["/bin", "/sbin", "/lib", "/lib64", "/lib32"];

    private static readonly string[] Etc =
    [
        "/etc/alternatives", "/etc/ssl", "/etc/ca-certificates", "/etc/pki", "/etc/resolv.conf", "/etc/hosts",
        "/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/localtime",
    ];

    private static readonly string[][] Users =
    [
        ["--unshare-user", "--uid", UserId, "--gid", UserId, "--disable-userns"],
        ["--unshare-user", "--uid", UserId, "--gid", UserId],
        ["--unshare-user-try"],
    ];

    private readonly string[] _user;
    private readonly ProcessExecutorOptions _options;
    private readonly string _etc;
    private readonly UnionProgram _program;

    private Sandbox(ProcessExecutorOptions options, string[] user, TaskNetwork network)
    {
        _options = options;
        _user = user;
        Network = network;
        _etc = Path.Combine(options.DataDir, "sandbox");
        _program = new UnionProgram(options);
    }

    /// <summary>The strictest that tasks can be held to here; <c>Shared</c> where that was chosen, or no more is to be had.</summary>
    public TaskNetwork Network { get; }

    /// <summary>The strictest sandbox that this machine can build; null where it can build none.</summary>
    public static Sandbox? Find(ProcessExecutorOptions options)
    {
        AttemptFolder.CreateOwned(Path.Combine(options.DataDir, "sandbox"));
        File.WriteAllText(
            Path.Combine(options.DataDir, "sandbox", "passwd"),
            $"task:x:{UserId}:{UserId}::{TaskPlaces.Sandboxed.Work}:/bin/sh\nroot:x:0:0::/:/bin/false\n");
        File.WriteAllText(Path.Combine(options.DataDir, "sandbox", "group"), $"task:x:{UserId}:\nroot:x:0:\n");
        var found = Users.Select(user => new Sandbox(options, user, TaskNetwork.Shared)).FirstOrDefault(s => s.Works());
        if (found is null || options.Network == TaskNetwork.Shared)
        {
            return found;
        }

        var isolated = new Sandbox(options, found._user, TaskNetwork.None);
        return isolated.Works() ? isolated : found;
    }

    /// <summary>What bubblewrap reads from its pipe: arguments, each with a NUL behind.</summary>
    public byte[] Arguments(
        AttemptFolder folder, IReadOnlyDictionary<string, string> environment, TaskStart start,
        string? secrets, string? programs, long memory)
    {
        var arguments = new List<string> { "--clearenv" };
        foreach (var (name, value) in environment)
        {
            arguments.AddRange(["--setenv", name, value]);
        }

        // Programs are mounted last: were the pipe cut, nothing could run with half an environment.
        var isIsolated = Isolates(start);
        arguments.AddRange(Namespaces(isIsolated));
        arguments.AddRange(Scratch(memory));
        arguments.AddRange(["--perms", "0755", "--dir", "/union"]);
        arguments.AddRange(["--ro-bind", folder.Inputs, TaskPlaces.Sandboxed.Inputs]);
        arguments.AddRange(["--bind", folder.Outputs, TaskPlaces.Sandboxed.Outputs]);
        arguments.AddRange(["--bind", folder.ReportFolder, Path.GetDirectoryName(TaskPlaces.Sandboxed.Report)!]);
        arguments.AddRange(["--bind", folder.Work, TaskPlaces.Sandboxed.Work, "--chdir", TaskPlaces.Sandboxed.Work]);
        foreach (var mount in start.Mounts)
        {
            arguments.AddRange([mount.Writable ? "--bind" : "--ro-bind", mount.Path, mount.Path]);
        }

        if (secrets is not null)
        {
            arguments.AddRange(["--ro-bind", secrets, SecretFiles.Folder]);
        }

        if (isIsolated && _options.Actions is { } actions)
        {
            arguments.AddRange(["--ro-bind", actions.Folder, ActionsSocket.MountedFolder]);
        }

        arguments.AddRange(Programs(programs));
        return Encoding.UTF8.GetBytes(string.Concat(arguments.Select(argument => argument + '\0')));
    }

    /// <summary>True for a task that reaches nothing but its own loopback and its cluster's socket.</summary>
    public bool Isolates(TaskStart start) => start.Network == TaskNetwork.None && Network == TaskNetwork.None;

    private IEnumerable<string> Namespaces(bool isIsolated) =>
    [
        .. _user, "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "task", "--unshare-cgroup-try",
        "--new-session", "--die-with-parent", "--cap-drop", "ALL",
        .. isIsolated ? new[] { "--unshare-net" } : [],
    ];

    // What lies in memory must not be larger than what the task may have of it.
    private static IEnumerable<string> Scratch(long memory)
    {
        var size = memory.ToString(CultureInfo.InvariantCulture);
        return ["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"];
    }

    private IEnumerable<string> Programs(string? programs)
    {
        foreach (var path in Etc)
        {
            yield return "--ro-bind-try";
            yield return path;
            yield return path;
        }

        foreach (var name in new[] { "passwd", "group" })
        {
            yield return "--ro-bind";
            yield return Path.Combine(_etc, name);
            yield return "/etc/" + name;
        }

        foreach (var path in _options.ReadOnlyPaths.Concat([Whole(programs)]).OfType<string>())
        {
            yield return "--ro-bind";
            yield return path;
            yield return path;
        }

        foreach (var argument in _program.Mounts())
        {
            yield return argument;
        }

        // Merged distributions have links into /usr, older ones folders.
        foreach (var root in Roots.Where(Directory.Exists))
        {
            var target = new DirectoryInfo(root).LinkTarget;
            yield return target is null ? "--ro-bind" : "--symlink";
            yield return target ?? root;
            yield return root;
        }

        yield return "--ro-bind";
        yield return "/usr";
        yield return "/usr";
    }

    // A virtual environment's programs need what stands beside their folder.
    private static string? Whole(string? programs) =>
        Path.GetDirectoryName(programs) is { } parent && File.Exists(Path.Combine(parent, "pyvenv.cfg")) ? parent : programs;

    private bool Works()
    {
        var start = new ProcessStartInfo(_options.Bubblewrap)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in (string[])
            [.. Namespaces(Network == TaskNetwork.None), .. Scratch(1 << 20), .. Programs(null), "--", "true"])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(start)!;
            if (process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                return process.ExitCode == 0;
            }

            process.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
