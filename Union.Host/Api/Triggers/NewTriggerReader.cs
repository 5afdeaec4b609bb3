using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Boundary.Projections;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Runs;

namespace Union.Host.Api.Triggers;

/// <summary>
/// Takes a trigger apart: the customer's part of its run spec goes to the cluster, inputs come by reference only, and
/// the rest is what the control plane keeps.
/// </summary>
internal sealed class NewTriggerReader(
    IPrivateParts privateParts, Principal principal, string clusterId, ProjectScope scope)
{
    public Task<NewTrigger> ReadAsync(TaskTrigger trigger, CancellationToken cancellationToken)
    {
        var spec = trigger.Spec ?? new TaskTriggerSpec();
        RefuseInline(spec.InputWrapperCase == TaskTriggerSpec.InputWrapperOneofCase.Inputs);
        return ReadAsync(
            trigger.Name, spec.Active, spec.Description, spec.RunSpec, spec.OffloadedInputData,
            trigger.AutomationSpec, cancellationToken);
    }

    public Task<NewTrigger> ReadAsync(DeployTriggerRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Spec ?? new TriggerSpec();
        RefuseInline(spec.InputWrapperCase == TriggerSpec.InputWrapperOneofCase.Inputs);
        return ReadAsync(
            request.Name?.Name ?? "", spec.Active, spec.Description, spec.RunSpec, spec.OffloadedInputData,
            request.AutomationSpec, cancellationToken);
    }

    private async Task<NewTrigger> ReadAsync(
        string name, bool active, string description, RunSpec? runSpec, OffloadedInputData? inputs,
        TriggerAutomationSpec? automation, CancellationToken cancellationToken)
    {
        runSpec ??= new RunSpec();
        var schedule = ScheduleMessages.Read(automation);
        var split = SplitMessage.Of(runSpec);
        var runPrivate = await privateParts.PutForAsync(
            principal, Verb.TasksDeploy, clusterId, scope, split.Private, cancellationToken);
        return new NewTrigger(
            name, active, description, split.Projection, runPrivate, RunSpecFacts.Labels(runSpec), inputs?.Uri ?? "",
            inputs?.InputsHash ?? "", schedule);
    }

    private static void RefuseInline(bool isInline)
    {
        if (isInline)
        {
            throw InlineInputs.Refusal("offloaded_input_data");
        }
    }
}
