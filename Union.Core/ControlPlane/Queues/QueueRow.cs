namespace Union.Core.ControlPlane.Queues;

/// <summary>What a queue or a cluster still does.</summary>
public enum Drain : long
{
    Open = 0,

    /// <summary>Runs that have begun go on, with all that they start; no other run begins.</summary>
    Draining = 1,

    /// <summary>What runs may end; nothing is handed out.</summary>
    Stopped = 2,
}

/// <summary>A queue of a cluster. A cluster has the queue "default" without anybody making it.</summary>
/// <param name="Weight">Share of the cluster's places beside its other queues, while all have work.</param>
/// <param name="MaxRuns">Runs that may be under way; 0 is any number.</param>
/// <param name="MaxActions">Actions that may run at once, those with children not counted; 0 is any number.</param>
/// <param name="MaxWaiting">Runs that may wait to begin.</param>
public sealed record QueueRow(
    string Org, string ClusterId, string Name, long Weight, long MaxRuns, long MaxActions, long MaxWaiting, Drain Drain,
    long UpdatedAt, string UpdatedBy)
{
    public const string DefaultName = "default";

    /// <summary>Nobody waits for a ten thousandth run; a client that submits in a loop by mistake finds out here.</summary>
    public const long DefaultMaxWaiting = 10_000;

    public static QueueRow Of(string org, string clusterId, string name) =>
        new(org, clusterId, name, 10, 0, 0, DefaultMaxWaiting, Drain.Open, 0, "");
}
