using System.Diagnostics;
using System.Globalization;

namespace Union.Benchmarks.Orchestrator;

/// <summary>
/// Processor time that was used so far, as the kernel counts it: where it goes says what limits a rate, and it hardly
/// depends on what else the machine does.
/// </summary>
/// <param name="Here">Of this process: the load and the client of the database, for Union the whole control plane.</param>
/// <param name="Server">Of PostgreSQL with all its processes.</param>
internal sealed record CpuTimes(TimeSpan Here, TimeSpan Server)
{
    /// <param name="postmaster">Process id of the server: its children's time is added to its own when they end.</param>
    public static CpuTimes Read(int postmaster)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            if (Fields(folder) is not { } fields)
            {
                continue;
            }

            // proc(5): the parent is field 4, which is 1 here; utime and stime are 14 and 15, those of ended children 16 and 17.
            if (Path.GetFileName(folder) == postmaster.ToString(CultureInfo.InvariantCulture))
            {
                ticks += fields[11] + fields[12] + fields[13] + fields[14];
            }
            else if (fields[1] == postmaster)
            {
                ticks += fields[11] + fields[12];
            }
        }

        using var here = Process.GetCurrentProcess();
        return new CpuTimes(here.TotalProcessorTime, TimeSpan.FromSeconds(ticks / 100.0));
    }

    public CpuTimes Since(CpuTimes before) => new(Here - before.Here, Server - before.Server);

    // The name of a program may have spaces and brackets in it; what follows is one letter, and then only numbers.
    private static long[]? Fields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return [0, .. text[(text.LastIndexOf(')') + 4)..].TrimEnd().Split(' ').Select(f => long.TryParse(f, out var n) ? n : 0)];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
