using System.Diagnostics;
using System.Globalization;

namespace Union.Testing.Processes;

/// <summary>Processes found by a text that only they carry in their command line or environment.</summary>
public static class TaskProcesses
{
    public static IReadOnlyList<int> With(params IReadOnlyCollection<string> marks) => [.. Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .Where(id => id != Environment.ProcessId && Read(id, "cmdline") + Read(id, "environ") is { Length: > 0 } said
            && marks.Any(mark => said.Contains(mark, StringComparison.Ordinal)))];

    /// <summary>Ends what an installation in <paramref name="folder"/> left running: its tasks outlive its planes.</summary>
    public static void KillBelow(string folder)
    {
        foreach (var id in With(folder))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It ended by itself.
            }
        }
    }

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
            return "";
        }
    }
}
