using System.Diagnostics.Metrics;
using Union.Core.ComputePlane.Execution;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Link;

/// <summary>What is counted of attempts: how they ended and how long they took, nothing that names one.</summary>
public sealed class AttemptMeter(IMeterFactory factory)
{
    private readonly Histogram<double> _durations = factory.Create("Union.ComputePlane").CreateHistogram<double>(
        "union.attempts.duration", "s", "Time of an attempt from its start to its collected result, by outcome.",
        null, Buckets.Seconds);

    public void Ended(AttemptResult result) => _durations.Record(
        Math.Max(0, (result.EndedAt - result.StartedAt).TotalSeconds),
        new KeyValuePair<string, object?>("outcome", Word(result.Outcome)));

    private static string Word(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => "succeeded",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.TimedOut => "timed_out",
        AttemptOutcome.Aborted => "aborted",
        _ => "other",
    };
}
