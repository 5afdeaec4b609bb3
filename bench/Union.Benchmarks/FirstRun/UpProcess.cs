using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Union.Host.Planes.Demo;

namespace Union.Benchmarks.FirstRun;

/// <summary><c>union up</c> as a user starts it, in a home of its own on free ports.</summary>
internal sealed partial class UpProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private UpProcess(Process process, TimeSpan ready, IReadOnlyList<int> planes) =>
        (_process, Ready, Planes) = (process, ready, planes);

    /// <summary>From the start of the process to its line "Ready".</summary>
    public TimeSpan Ready { get; }

    /// <summary>Process ids: control plane, compute plane.</summary>
    public IReadOnlyList<int> Planes { get; }

    public static string WriteConfiguration(string home) => DemoEnvironment.WriteConfiguration(home);

    public static async Task<UpProcess> StartAsync(string binary, string home, string configuration)
    {
        var start = new ProcessStartInfo(binary, ["up", "--config", configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["UNION_HOME"] = home;
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var timeout = new CancellationTokenSource(ReadyWithin);
        TimeSpan? ready = null;
        var planes = new List<int>();
        while (planes.Count < 2 && await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith("Ready", StringComparison.Ordinal))
            {
                ready = Stopwatch.GetElapsedTime(began);
            }
            else if (PidPattern().Match(line) is { Success: true } pid)
            {
                planes.Add(int.Parse(pid.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            }
        }

        return new UpProcess(process, ready ?? throw new InvalidOperationException("union up did not become ready."), planes);
    }

    public double ResidentMebibytes(int plane) =>
        File.ReadLines($"/proc/{Planes[plane]}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .Single() / 1024;

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"plane +pid (\d+)")]
    private static partial Regex PidPattern();
}
