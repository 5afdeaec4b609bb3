using System.Diagnostics.Metrics;

namespace Union.Core.Pipeline;

/// <summary>Borders for histograms: few, since each is a series for every combination of labels.</summary>
internal static class Buckets
{
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600],
    };
}
