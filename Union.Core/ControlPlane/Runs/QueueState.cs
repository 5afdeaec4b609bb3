namespace Union.Core.ControlPlane.Runs;

/// <summary>Where an action stands between being wanted and being run.</summary>
public enum QueueState : long
{
    /// <summary>It runs, or is over.</summary>
    None = 0,
    Waiting = 1,

    /// <summary>Handed to a cluster that has not yet confirmed it.</summary>
    Assigned = 2,

    /// <summary>Waits for the action that computes the same result.</summary>
    Parked = 3,

    /// <summary>The root of a run that may not begin yet, because of a limit or a drain.</summary>
    Held = 5,
}
