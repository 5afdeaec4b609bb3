using System.Diagnostics.Metrics;

namespace Union.Core.Pipeline;

/// <summary>The meter of one plane, such as <c>Union.ControlPlane</c>: two planes in one process stay apart.</summary>
public sealed class PipelineMeter(IMeterFactory factory, string plane)
{
    private readonly Histogram<double> _duration = factory.Create(plane).CreateHistogram<double>(
        "union.use_case.duration", "s", "Time of one use case, by name and outcome.", null, Buckets.Seconds);

    public void Record(string useCase, string outcome, TimeSpan elapsed) => _duration.Record(
        elapsed.TotalSeconds, new KeyValuePair<string, object?>("use_case", useCase),
        new KeyValuePair<string, object?>("outcome", outcome));
}
