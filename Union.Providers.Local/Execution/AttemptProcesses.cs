using System.Globalization;
using System.Text.RegularExpressions;

namespace Union.Providers.Local.Execution;

/// <summary>
/// The processes of one attempt: those below its supervisor, those of its session, and those started with its mark
/// among their variables, which also finds a child that left the session of a task without a sandbox.
/// </summary>
internal sealed partial class AttemptProcesses(
    AttemptFolder folder, ProcessIdentity? supervisor, bool sandboxed, AttemptGroup? group, TimeProvider time)
{
    public const string MarkVariable = "UNION_ATTEMPT_KEY";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    /// <summary>Five seconds: ending a namespace takes milliseconds, and the number may be another's by now.</summary>
    private const int MostLooks = 2500;

    private readonly string _mark = $"{MarkVariable}={AttemptFolder.NameOf(folder.Key)}";

    /// <summary>What a limit has to be held to; nothing where the kernel does that.</summary>
    public long Memory(ProcessTable table) =>
        group is { LimitsMemory: true } ? 0 : supervisor is { } root && table.Holds(root)
            ? table.Below(root.Pid).Sum(row => ProcessTable.MemoryOf(row.Identity.Pid))
            : 0;

    /// <summary>Asks the task to end. Bubblewrap itself is not asked: it would die at once and take the task with it.</summary>
    public void Ask()
    {
        var table = ProcessTable.Read();
        var asked = NamespaceInit(table) is { } init ? table.Below(init.Identity.Pid) : sandboxed ? [] : Members(table);
        foreach (var row in asked)
        {
            row.Identity.Signal(Native.SigTerm);
        }
    }

    /// <summary>
    /// Kills all but the supervisor, which still writes how it ended. The first process of a namespace is killed alone
    /// where there is one: the kernel ends all others before that one counts as gone.
    /// </summary>
    public void Kill()
    {
        group?.Kill();
        var table = ProcessTable.Read();
        if (NamespaceInit(table) is { } init)
        {
            init.Identity.Signal(Native.SigKill);
            return;
        }

        foreach (var row in Members(table))
        {
            row.Identity.Signal(Native.SigKill);
        }
    }

    /// <summary>Completes when nothing is left after the supervisor has ended, killing what is.</summary>
    public async Task EndRestAsync(bool supervisorWroteExit, CancellationToken cancellationToken)
    {
        while (group is { IsPopulated: true })
        {
            group.Kill();
            await Task.Delay(LookAgain, time, cancellationToken);
        }

        // After an orderly end of a sandbox only its first process can still be on its way out, and it is known by number;
        // reading the variables of every process of the machine would cost each attempt milliseconds.
        if (sandboxed && supervisorWroteExit)
        {
            await EndNamespaceAsync(cancellationToken);
            return;
        }

        while (Members(ProcessTable.Read()) is { Count: > 0 } rest)
        {
            foreach (var row in rest)
            {
                row.Identity.Signal(Native.SigKill);
            }

            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    // A namespace that ends is waited for but not killed: it cannot be told from another's that was given its number.
    private async Task EndNamespaceAsync(CancellationToken cancellationToken)
    {
        for (var ending = 0; NamespaceInitPid() is { } pid && ProcessTable.Read(pid) is { } init && ending < MostLooks;)
        {
            if (ProcessTable.IsMarked(pid, _mark))
            {
                init.Identity.Signal(Native.SigKill);
            }
            else if (ProcessTable.IsEndingNamespace(pid))
            {
                ending++;
            }
            else if (ProcessTable.Read(pid)?.Identity == init.Identity && !ProcessTable.IsEndingNamespace(pid))
            {
                return;
            }

            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    private List<ProcessRow> Members(ProcessTable table)
    {
        var found = new Dictionary<int, ProcessRow>();
        if (supervisor is { } root)
        {
            // A session of this number is ours unless its leader is another process.
            var leader = ProcessTable.Read(root.Pid);
            if (leader is null || leader.Identity == root)
            {
                foreach (var row in table.Below(root.Pid).Concat(table.Rows.Where(row => row.Session == root.Pid)))
                {
                    if (leader is not null || ProcessTable.IsMarked(row.Identity.Pid, _mark))
                    {
                        found[row.Identity.Pid] = row;
                    }
                }
            }
        }

        foreach (var row in table.Rows.Where(row => ProcessTable.IsMarked(row.Identity.Pid, _mark)))
        {
            found[row.Identity.Pid] = row;
        }

        foreach (var row in found.Values.ToList().SelectMany(row => table.Below(row.Identity.Pid)))
        {
            found[row.Identity.Pid] = row;
        }

        return [.. found.Values.Where(row => row.Identity != supervisor)];
    }

    private ProcessRow? NamespaceInit(ProcessTable table) =>
        sandboxed && NamespaceInitPid() is { } pid
            ? table.Rows.FirstOrDefault(row => row.Identity.Pid == pid && ProcessTable.IsMarked(pid, _mark))
            : null;

    private int? NamespaceInitPid() =>
        AttemptFolder.ReadLine(folder.Status) is { } line && ChildPattern().Match(line) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex("\"child-pid\": ([0-9]{1,9})[,} ]", RegexOptions.CultureInvariant)]
    private static partial Regex ChildPattern();
}
