using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The contract's state machine. An action that runs may wait again, for its next attempt; one that is over stays as it
/// is; one that is paused is no attempt of anybody and can only end.
/// </summary>
internal static class PhaseRules
{
    public static bool Allows(ActionPhase from, ActionPhase to) => (from, to) switch
    {
        (ActionPhase.Unspecified, _) or (_, ActionPhase.Unspecified) => false,
        _ when from.IsTerminal() => false,
        (ActionPhase.Paused, _) => to.IsTerminal() && to != ActionPhase.Recovered,
        (_, ActionPhase.Queued) => true,
        (ActionPhase.Queued, ActionPhase.Paused) => true,
        (_, ActionPhase.Paused) => false,
        (_, ActionPhase.Recovered) => from == ActionPhase.Queued,
        _ => to.IsTerminal() || to >= from,
    };

    /// <summary>Refuses a transition that no action can make; whoever asks for it has not looked at the action under its lock.</summary>
    public static void Ensure(ActionRow action, ActionPhase to)
    {
        if (!Allows(action.Phase, to))
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "phase_illegal",
                $"The action {action.Name} is {action.Phase.ToString().ToLowerInvariant()} and cannot become {to.ToString().ToLowerInvariant()}.");
        }
    }
}
