using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>The run that a trigger asks for.</summary>
public static class TriggeredRun
{
    /// <summary>RUN_SOURCE_SCHEDULE_TRIGGER of the contract.</summary>
    private const int Source = 3;

    public static CreateRun Of(TriggerRow trigger, TriggerRevisionRow revision, NewTask task) => new(
        trigger.Project, trigger.Domain, null, revision.ClusterId, task, revision.RunProjection, revision.RunPrivate,
        revision.InputUri, [], Source)
    {
        Labels = new Dictionary<string, string>(LabelText.Read(revision.Labels)),
        Trigger = (new TriggerKey(trigger.Task, trigger.Name), revision.Revision),
    };
}
