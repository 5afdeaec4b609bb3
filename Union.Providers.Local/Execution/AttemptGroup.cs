using System.Globalization;

namespace Union.Providers.Local.Execution;

/// <summary>
/// The control group of one attempt. It holds the task and everything that the task starts, whatever that does to leave,
/// and not the supervisor, which still writes how the task ended.
/// </summary>
internal sealed class AttemptGroup(string path)
{
    /// <summary>Microseconds in which a task gets its share of processor; the kernel's own default.</summary>
    private const long Period = 100_000;

    public string Path => path;

    /// <summary>What puts the process that writes 0 to it into the group.</summary>
    public string Procs => In("cgroup.procs");

    /// <summary>False after a restart of the machine, and where none could be had.</summary>
    public bool Exists => Directory.Exists(path);

    /// <summary>The kernel keeps the memory limit; nobody else has to watch.</summary>
    public bool LimitsMemory => File.Exists(In("memory.max"));

    public bool IsPopulated => Read("cgroup.events").Contains("populated 1", StringComparison.Ordinal);

    /// <summary>The kernel ended something of it for want of memory.</summary>
    public bool RanOutOfMemory => Read("memory.events").Split('\n')
        .Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");

    public void Limit(IReadOnlyList<string> controllers, TaskLimits limits, int maxProcesses)
    {
        if (controllers.Contains("memory"))
        {
            Write("memory.max", limits.Memory);
            // All of it or none: half a task that lost a process hangs.
            Write("memory.oom.group", 1);
            if (File.Exists(In("memory.swap.max")))
            {
                Write("memory.swap.max", 0);
            }
        }

        if (controllers.Contains("pids"))
        {
            Write("pids.max", maxProcesses);
        }

        if (controllers.Contains("cpu"))
        {
            var share = Math.Max(1000, (long)(limits.Cpu * Period));
            File.WriteAllText(In("cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{share} {Period}"));
        }
    }

    /// <summary>Ends all of it at once: nothing can be born meanwhile and be missed.</summary>
    public void Kill()
    {
        try
        {
            Write("cgroup.kill", 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone, or its kernel is older than 5.14; who asks goes on to signals.
        }
    }

    /// <summary>False while something in it still runs.</summary>
    public bool TryRemove()
    {
        try
        {
            if (Exists)
            {
                Directory.Delete(path);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string In(string file) => System.IO.Path.Combine(path, file);

    private void Write(string file, long number) =>
        File.WriteAllText(In(file), number.ToString(CultureInfo.InvariantCulture));

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(In(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
