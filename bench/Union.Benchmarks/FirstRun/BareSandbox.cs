using System.ComponentModel;
using System.Diagnostics;

namespace Union.Benchmarks.FirstRun;

/// <summary>The floor: bubblewrap running <c>true</c> with nothing around it.</summary>
internal static class BareSandbox
{
    /// <summary>Median milliseconds; null where bubblewrap is not installed.</summary>
    public static async Task<double?> MedianAsync(int count)
    {
        var times = new List<double>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                using var process = Process.Start(
                    "bwrap", ["--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]);
                await process.WaitForExitAsync();
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        catch (Win32Exception)
        {
            return null;
        }

        times.Sort();
        return times[count / 2];
    }
}
