using Union.Core.Boundary;

namespace Union.Faults.Workload;

/// <summary>A kind of run: its task file, how it must end, and what it must answer.</summary>
/// <param name="Children">How each of its children must end.</param>
/// <param name="Total">The output <c>total</c> for an input; null where there is none.</param>
/// <param name="UserAttempts">Attempts of its root that count as the task's own; 0 where that depends on when it is ended.</param>
internal sealed record WorkKind(
    string Task, ActionPhase Root, IReadOnlyDictionary<string, ActionPhase> Children, Func<long, long>? Total, int UserAttempts)
{
    private static readonly Dictionary<string, ActionPhase> None = [];

    public static WorkKind Sum { get; } = new("sum", ActionPhase.Succeeded, None, n => n * (n + 1) / 2, 1);

    public static WorkKind Flaky { get; } = new("flaky", ActionPhase.Succeeded, None, n => n + 1, 0);

    public static WorkKind Failing { get; } = new("failing", ActionPhase.Failed, None, null, 2);

    public static WorkKind Late { get; } = new("late", ActionPhase.TimedOut, None, null, 1);

    public static WorkKind Endless { get; } = new("endless", ActionPhase.Aborted, None, null, 0);

    public static WorkKind Fan { get; } = new(
        "fan", ActionPhase.Succeeded,
        new Dictionary<string, ActionPhase> { ["s0"] = ActionPhase.Succeeded, ["s1"] = ActionPhase.Succeeded },
        n => (n * n) + ((n + 1) * (n + 1)), 1);

    public static WorkKind Leaving { get; } = new(
        "leaving", ActionPhase.Succeeded, new Dictionary<string, ActionPhase> { ["left"] = ActionPhase.Aborted }, n => n, 1);

    public static WorkKind Waiting { get; } = new(
        "waiting", ActionPhase.Aborted, new Dictionary<string, ActionPhase> { ["child"] = ActionPhase.Aborted }, null, 0);

    public bool IsAborted => Root == ActionPhase.Aborted;
}
