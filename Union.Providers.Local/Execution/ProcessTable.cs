using System.Globalization;

namespace Union.Providers.Local.Execution;

/// <summary>A process and not a later one of the same number.</summary>
/// <param name="Start">Field 22 of its stat: clock ticks from boot to its start.</param>
internal readonly record struct ProcessIdentity(int Pid, long Start)
{
    public static ProcessIdentity? Parse(string? line)
    {
        var parts = line?.Split(' ');
        return parts is [var pid, var start] && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
            && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
            ? new ProcessIdentity(p, s)
            : null;
    }

    public bool IsAlive => ProcessTable.Read(Pid) is { } row && row.Identity == this;

    /// <summary>
    /// Signals this very process: the descriptor holds the process while its start time is compared, so a number that
    /// was given to another meanwhile is never hit.
    /// </summary>
    public void Signal(int signal)
    {
        var descriptor = Native.OpenProcess(Pid);
        if (descriptor < 0)
        {
            return;
        }

        try
        {
            if (IsAlive)
            {
                Native.Signal(descriptor, signal);
            }
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }
}

internal sealed record ProcessRow(ProcessIdentity Identity, int Parent, int Session);

/// <summary>The live processes of the machine at one moment, from /proc; a zombie counts as gone.</summary>
internal sealed class ProcessTable
{
    private readonly Dictionary<int, ProcessRow> _rows = [];
    private readonly ILookup<int, ProcessRow> _children;

    private ProcessTable(IEnumerable<ProcessRow> rows)
    {
        foreach (var row in rows)
        {
            _rows[row.Identity.Pid] = row;
        }

        _children = _rows.Values.ToLookup(row => row.Parent);
    }

    public IEnumerable<ProcessRow> Rows => _rows.Values;

    public static ProcessTable Read() => new(Pids().Select(Read).OfType<ProcessRow>());

    public static ProcessRow? Read(int pid)
    {
        try
        {
            // "pid (name) state parent group session ...": the name may hold spaces and parentheses.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessRow(
                new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture)),
                int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public bool Holds(ProcessIdentity identity) =>
        _rows.TryGetValue(identity.Pid, out var row) && row.Identity == identity;

    /// <summary>All below a process, without itself.</summary>
    public IReadOnlyList<ProcessRow> Below(int pid)
    {
        var found = _children[pid].ToList();
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(_children[found[i].Identity.Pid]);
        }

        return found;
    }

    /// <summary>Whether a process was started with this text among its variables.</summary>
    public static bool IsMarked(int pid, string variable)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains(variable, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether this is the first process of a namespace on its way out. Its variables are gone by then, and whatever else
    /// is in the namespace is ended only afterwards.
    /// </summary>
    public static bool IsEndingNamespace(int pid)
    {
        try
        {
            // "NSpid: outer ... inner": the first process of a nested namespace has the number 1 inside.
            return File.ReadAllText($"/proc/{pid}/environ").Length == 0
                && File.ReadLines($"/proc/{pid}/status").Any(line =>
                    line.StartsWith("NSpid:", StringComparison.Ordinal) && line.Split('\t') is [_, _, .., "1"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Bytes that only this process, or a group sharing memory, holds. File pages are left out: the kernel drops them
    /// when it needs room, and a mapped program would be counted once for each of its processes.
    /// </summary>
    public static long MemoryOf(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status")
                .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)
                    || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(line => long.Parse(line.Split(':')[1].AsSpan().Trim()[..^3], CultureInfo.InvariantCulture) * 1024);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(path.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);
}
