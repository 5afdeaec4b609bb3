namespace Union.Core.Boundary;

/// <summary>What an action is, with the numbers that the flyteidl2 contract gives its action types.</summary>
public enum ActionKind : long
{
    Task = 1,

    /// <summary>A call that a task made itself and recorded, so that a later try of the task need not make it again.</summary>
    Trace = 2,

    /// <summary>A question that waits for a person's answer.</summary>
    Condition = 3,
}
