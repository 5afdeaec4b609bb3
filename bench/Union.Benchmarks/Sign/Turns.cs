using System.Diagnostics;

namespace Union.Benchmarks.Sign;

/// <summary>Measures several actions in turns, many short ones each, and keeps the median turn of each.</summary>
internal sealed class Turns
{
    private const int Rounds = 31;

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(40);

    private readonly List<Measured> _actions = [];

    /// <param name="count">How often <paramref name="action"/> does what is counted.</param>
    public Measured Add(Action action, int count = 1)
    {
        var measured = new Measured(action, count);
        _actions.Add(measured);
        return measured;
    }

    public void Run()
    {
        // Until the compiler has done with what it found hot; it needs a second of pause to begin.
        for (var warm = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(warm) < TimeSpan.FromSeconds(3);)
        {
            _actions.ForEach(action => action.Take(TimeSpan.FromMilliseconds(5), keep: false));
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var action in _actions)
            {
                action.Take(Turn, keep: true);
            }
        }
    }

    internal sealed class Measured(Action action, int count)
    {
        private readonly List<double> _rates = [];
        private readonly List<double> _bytes = [];

        public double PerSecond => Median(_rates);

        public double Bytes => Median(_bytes);

        public void Take(TimeSpan turn, bool keep)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var done = 0L;
            do
            {
                action();
                done += count;
            }
            while (Stopwatch.GetElapsedTime(started) < turn);
            if (keep)
            {
                _rates.Add(done / Stopwatch.GetElapsedTime(started).TotalSeconds);
                _bytes.Add((GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)done);
            }
        }

        private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
