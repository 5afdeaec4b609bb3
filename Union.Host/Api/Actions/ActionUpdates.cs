using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Workflow;
using Union.Core.ComputePlane.Actions;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Api.Actions;

/// <summary>Updates of children in the words of the contract.</summary>
internal static class ActionUpdates
{
    /// <summary>Every child that existed has been told; what follows is news.</summary>
    public static ControlMessage AllTold => new() { Sentinel = true };

    public static ActionUpdate Of(WatchedAction child, RunIdentifier run)
    {
        var update = new ActionUpdate
        {
            ActionId = new ActionIdentifier { Run = run, Name = child.Name },
            Phase = (WirePhase)child.Phase,
            OutputUri = child.OutputUri,
        };
        if (child.Error is { } error)
        {
            update.Error = new ExecutionError
            {
                Code = error.Code,
                Message = error.Message,
                Kind = (ExecutionError.Types.ErrorKind)child.ErrorKind,
            };
        }

        if (child.Value is not null)
        {
            update.Value = child.Value;
        }

        return update;
    }
}
