using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What a transaction changed, for those who wait for it; published once it is committed.</summary>
public sealed class ChangeSet
{
    /// <summary>Rows of runs whose counter moved.</summary>
    public HashSet<long> Runs { get; } = [];

    /// <summary>Clusters that have something to fetch: new work, or something to end.</summary>
    public HashSet<string> Clusters { get; } = [];

    /// <summary>Phases that actions entered. A set, because a transaction may run twice before it is committed.</summary>
    public HashSet<(long Action, long Attempt, ActionPhase Phase)> Transitions { get; } = [];
}

/// <summary>Who waits for runs to change, and which clusters wait for work.</summary>
public sealed class RunSignals(RunMeter meter)
{
    /// <summary>Stands for every run, for those who watch more than one; no row has it.</summary>
    public const long AnyRun = 0;

    public Signals<long> Runs { get; } = new();

    public Signals<string> Clusters { get; } = new();

    /// <summary>What this process changed, for other replicas.</summary>
    public event Action<ChangeSet>? Published;

    public void Publish(ChangeSet changes)
    {
        meter.Committed(changes);
        if (changes.Runs.Count + changes.Clusters.Count > 0)
        {
            Published?.Invoke(changes);
            PublishHere(changes);
        }
    }

    /// <summary>What another replica changed.</summary>
    public void PublishHere(ChangeSet changes)
    {
        foreach (var run in changes.Runs)
        {
            Runs.Publish(run);
        }

        if (changes.Runs.Count > 0)
        {
            Runs.Publish(AnyRun);
        }

        foreach (var cluster in changes.Clusters)
        {
            Clusters.Publish(cluster);
        }
    }
}
