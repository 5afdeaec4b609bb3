namespace Union.Core.Boundary;

/// <summary>The phases of an action, with the numbers that the flyteidl2 contract gives them.</summary>
public enum ActionPhase : long
{
    Unspecified = 0,
    Queued = 1,
    WaitingForResources = 2,
    Initializing = 3,
    Running = 4,
    Succeeded = 5,
    Failed = 6,
    Aborted = 7,
    TimedOut = 8,
    Paused = 9,
    Recovered = 10,
}

public static class ActionPhases
{
    public static bool IsTerminal(this ActionPhase phase) => phase
        is ActionPhase.Succeeded or ActionPhase.Failed or ActionPhase.Aborted or ActionPhase.TimedOut
        or ActionPhase.Recovered;
}
