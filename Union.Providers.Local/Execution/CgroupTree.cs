namespace Union.Providers.Local.Execution;

/// <summary>
/// The part of the control groups (cgroup v2) that was delegated to this compute plane: whoever delegates starts it in a
/// group named <c>union-plane</c> (systemd's <c>DelegateSubgroup</c>), and attempts get groups beside that one. The kernel
/// lets a group either hold processes or share controllers out, and nobody else's group is touched on a guess.
/// </summary>
internal sealed class CgroupTree
{
    public const string PlaneGroup = "union-plane";

    private const string AttemptPrefix = "union-attempt-";

    private static readonly string[] Needed = ["cpu", "memory", "pids"];

    private readonly string _path;
    private readonly IReadOnlyList<string> _controllers;

    private CgroupTree(string path, IReadOnlyList<string> controllers) => (_path, _controllers) = (path, controllers);

    /// <summary>Looks without changing anything: the group that attempts could have theirs below, or why there is none.</summary>
    public static (string? Path, string Why) Look(string proc = "/proc")
    {
        if (MountOf(proc) is not { } mount)
        {
            return (null, "cgroup v2 is not mounted");
        }

        if (OwnOf(proc) is not { } own)
        {
            return (null, "this process is in no cgroup v2 group");
        }

        if (Path.GetFileName(own) != PlaneGroup)
        {
            return (null, $"this process was not started in a control group named {PlaneGroup}");
        }

        var path = Path.GetDirectoryName(Path.Join(mount, own))!;
        var missing = Needed.Except(Words(Path.Combine(path, "cgroup.controllers"))).ToList();
        return missing.Count > 0
            ? (null, $"the group {path} does not have: {string.Join(", ", missing)}")
            : (path, $"groups below {path}");
    }

    /// <summary>Takes the delegated part over; null where there is none, with the reason.</summary>
    public static CgroupTree? TryOpen(out string why, string proc = "/proc")
    {
        (var path, why) = Look(proc);
        if (path is null)
        {
            return null;
        }

        try
        {
            File.WriteAllText(Path.Combine(path, "cgroup.subtree_control"), string.Join(' ', Needed.Select(c => "+" + c)));
            return At(path, Needed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = $"the group {path} was not delegated to this process: {e.Message}";
            return null;
        }
    }

    internal static CgroupTree At(string path, IReadOnlyList<string> controllers) => new(path, controllers);

    /// <summary>A new group with the limits of an attempt.</summary>
    public AttemptGroup Create(string attempt, TaskLimits limits, int maxProcesses)
    {
        var group = new AttemptGroup(Directory.CreateDirectory(Path.Combine(_path, AttemptPrefix + attempt)).FullName);
        group.Limit(_controllers, limits, maxProcesses);
        return group;
    }

    /// <summary>Removes groups of attempts that are no longer kept. One in which something runs stays: the kernel keeps it.</summary>
    public void Sweep(IEnumerable<string> kept)
    {
        var names = kept.Select(name => AttemptPrefix + name).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateDirectories(_path, AttemptPrefix + "*"))
        {
            if (!names.Contains(Path.GetFileName(path)))
            {
                new AttemptGroup(path).TryRemove();
            }
        }
    }

    // "36 35 98:0 /root /mount options ... - cgroup2 source options"
    private static string? MountOf(string proc) => Lines(Path.Combine(proc, "self/mountinfo"))
        .Select(line => line.Split(' ')).Where(fields => fields.Length > 6)
        .FirstOrDefault(fields => Array.IndexOf(fields, "-") is var dash and > 0 && fields[dash + 1] == "cgroup2")?[4];

    // "0::/path" is the line of version 2.
    private static string? OwnOf(string proc) => Lines(Path.Combine(proc, "self/cgroup"))
        .FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?["0::".Length..];

    private static string[] Words(string file) => string.Join(' ', Lines(file)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
