using System.Diagnostics.Metrics;
using Union.Core.Boundary;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What is counted of runs: phases and times, nothing that names a task, a run or a project.</summary>
public sealed class RunMeter
{
    private readonly Counter<long> _phases;
    private readonly Histogram<double> _waits;

    public RunMeter(IMeterFactory factory)
    {
#pragma warning disable CA2000 // The factory owns it.
        var meter = factory.Create("Union.ControlPlane");
#pragma warning restore CA2000
        _phases = meter.CreateCounter<long>("union.actions.entered", "{action}", "Actions that entered a phase.");
        _waits = meter.CreateHistogram<double>(
            "union.lease.wait", "s", "Time that an action waited for a cluster to take it.", null, Buckets.Seconds);
    }

    public void Committed(ChangeSet changes)
    {
        foreach (var (_, _, phase) in changes.Transitions)
        {
            _phases.Add(1, new KeyValuePair<string, object?>("phase", Word(phase)));
        }
    }

    public void Leased(IReadOnlyList<Assignment> assignments, DateTimeOffset now)
    {
        foreach (var assignment in assignments)
        {
            _waits.Record((now.ToMicros() - assignment.QueuedAt) / 1e6);
        }
    }

    private static string Word(ActionPhase phase) => phase switch
    {
        ActionPhase.Queued => "queued",
        ActionPhase.WaitingForResources => "waiting_for_resources",
        ActionPhase.Initializing => "initializing",
        ActionPhase.Running => "running",
        ActionPhase.Succeeded => "succeeded",
        ActionPhase.Failed => "failed",
        ActionPhase.Aborted => "aborted",
        ActionPhase.TimedOut => "timed_out",
        ActionPhase.Paused => "paused",
        _ => "other",
    };
}
