using System.Diagnostics;

namespace Union.Benchmarks.Api;

/// <summary>Callers that each send the next call when the last was answered.</summary>
internal sealed class UnaryLoad(HttpClient client, string path, byte[] request)
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(700);

    public sealed record Result(double PerSecond, double P50, double P99)
    {
        public string Text => FormattableString.Invariant($"p50 {P50:0.00} ms, p99 {P99:0.00} ms");
    }

    /// <summary>Each case in turn, several times over: what else runs on the machine then slows them alike.</summary>
    public async Task<IReadOnlyList<Result>> MeasureAsync(IReadOnlyList<(Protocol Protocol, Uri Address)> cases, int callers, int rounds)
    {
        var times = cases.Select(_ => new List<double>()).ToList();
        var elapsed = new TimeSpan[cases.Count];
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var measured = await RoundAsync(cases[i].Protocol, cases[i].Address, callers);
                if (round > 0)
                {
                    // The first round warms up.
                    elapsed[i] += Stopwatch.GetElapsedTime(began);
                    times[i].AddRange(measured);
                }
            }
        }

        return [.. times.Select((t, i) => Of(t, elapsed[i]))];
    }

    private static Result Of(List<double> times, TimeSpan elapsed)
    {
        times.Sort();
        return new Result(times.Count / elapsed.TotalSeconds, times[times.Count / 2], times[times.Count * 99 / 100]);
    }

    private async Task<List<double>> RoundAsync(Protocol protocol, Uri address, int callers)
    {
        var end = Stopwatch.GetTimestamp() + (long)(Round.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallUntilAsync(protocol, address, end)));
        return [.. all.SelectMany(t => t)];
    }

    private async Task<List<double>> CallUntilAsync(Protocol protocol, Uri address, long end)
    {
        var times = new List<double>();
        while (Stopwatch.GetTimestamp() < end)
        {
            var began = Stopwatch.GetTimestamp();
            await protocol.CallAsync(client, address, path, request);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    }
}
