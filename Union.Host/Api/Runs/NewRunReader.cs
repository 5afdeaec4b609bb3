using Flyteidl2.Task;
using Flyteidl2.Workflow;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Boundary.Projections;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;

namespace Union.Host.Api.Runs;

/// <summary>
/// Makes a command of a CreateRun in each of its forms: a task spec, a deployed task, a trigger. What is customer's in
/// the message goes to the cluster first; what would stay here is refused.
/// </summary>
internal sealed class NewRunReader(IMediator mediator, Caller caller, IPrivateParts privateParts)
{
    public async Task<CreateRun> ReadAsync(CreateRunRequest request, CancellationToken cancellationToken)
    {
        if (request.InputWrapperCase == CreateRunRequest.InputWrapperOneofCase.Inputs)
        {
            throw InlineInputs.Refusal("offloaded_input_data");
        }

        var run = request.TaskCase switch
        {
            CreateRunRequest.TaskOneofCase.TaskSpec => await OfSpecAsync(request, cancellationToken),
            CreateRunRequest.TaskOneofCase.TaskId => await OfTaskAsync(request, cancellationToken),
            CreateRunRequest.TaskOneofCase.TriggerName => await OfTriggerAsync(request, cancellationToken),
            _ => throw new UnionException(
                ErrorCode.InvalidArgument, "task_missing", "The request names no task.",
                "Pass one of task_spec, task_id and trigger_name."),
        };
        return run with { StartTime = request.RunStartTime?.ToDateTimeOffset() };
    }

    private async Task<CreateRun> OfSpecAsync(CreateRunRequest request, CancellationToken cancellationToken)
    {
        var (project, domain, name) = Id(request, "", "");
        var clusterId = await mediator.Send(new SelectCluster(project, domain, null), cancellationToken);
        var scope = new ProjectScope(caller.Principal.Org, project, domain);
        var task = SplitMessage.Of(request.TaskSpec);
        var taskPrivate = await privateParts.PutForAsync(
            caller.Principal, Verb.RunsCreate, clusterId, scope, task.Private, cancellationToken);
        var content = TaskFacts.Of(request.TaskSpec, task.Projection, taskPrivate);
        var run = new CreateRun(
            project, domain, name, clusterId, content, default, "", Inputs(request), [], (int)request.Source)
        {
            References = TaskFacts.References(request.TaskSpec),
        };
        return await WithSpecAsync(run, request.RunSpec, cancellationToken);
    }

    private async Task<CreateRun> OfTaskAsync(CreateRunRequest request, CancellationToken cancellationToken)
    {
        var id = request.TaskId;
        var (project, domain, name) = Id(request, id.Project, id.Domain);
        var found = await mediator.Send(new GetTask(id.Project, id.Domain, id.Name, id.Version), cancellationToken);
        EnsureSame(project, domain, found.Task.Project, found.Task.Domain);
        var run = new CreateRun(
            project, domain, name, found.Task.ClusterId, found.Content, default, "", Inputs(request), [],
            (int)request.Source);
        return await WithSpecAsync(run, request.RunSpec, cancellationToken);
    }

    private async Task<CreateRun> OfTriggerAsync(CreateRunRequest request, CancellationToken cancellationToken)
    {
        var id = request.TriggerName;
        var (project, domain, name) = Id(request, id.Project, id.Domain);
        EnsureSame(project, domain, id.Project, id.Domain);
        var trigger = await mediator.Send(
            new GetTrigger(project, domain, new TriggerKey(id.TaskName, id.Name), 0), cancellationToken);
        var task = await mediator.Send(
            new GetTask(project, domain, id.TaskName, trigger.Revision.TaskVersion), cancellationToken);
        var run = TriggeredRun.Of(trigger.Trigger, trigger.Revision, task.Content) with { Name = name };
        run = request.Source == RunSource.Unspecified ? run : run with { Source = (int)request.Source };
        run = Inputs(request) is { Length: > 0 } inputs ? run with { InputUri = inputs } : run;
        return request.RunSpec is null ? run : await WithSpecAsync(run, request.RunSpec, cancellationToken);
    }

    private async Task<CreateRun> WithSpecAsync(CreateRun run, RunSpec? spec, CancellationToken cancellationToken)
    {
        spec ??= new RunSpec();
        var split = SplitMessage.Of(spec);
        var scope = new ProjectScope(caller.Principal.Org, run.Project, run.Domain);
        return run with
        {
            Projection = split.Projection,
            PrivatePart = await privateParts.PutForAsync(
                caller.Principal, Verb.RunsCreate, run.ClusterId, scope, split.Private, cancellationToken),
            Labels = RunSpecFacts.Labels(spec),
            Queue = spec.Queue,
            Recovers = RunSpecFacts.Recovers(spec, run.Project, run.Domain),
            RerunActions = [.. spec.Recover?.ForceRerunActions ?? []],
            References = [.. run.References, .. RunSpecFacts.References(spec)],
        };
    }

    private static string Inputs(CreateRunRequest request) => request.OffloadedInputData?.Uri ?? "";

    /// <summary>Where the run will live; where the request does not say, beside its task.</summary>
    private static (string Project, string Domain, string? Name) Id(
        CreateRunRequest request, string project, string domain) => request.IdCase switch
        {
            CreateRunRequest.IdOneofCase.RunId =>
                (request.RunId.Project, request.RunId.Domain, request.RunId.Name is { Length: > 0 } name ? name : null),
            CreateRunRequest.IdOneofCase.ProjectId => (request.ProjectId.Name, request.ProjectId.Domain, null),
            _ => (project, domain, null),
        };

    // The private part of a task lies below its own project in the customer's store, and a run reads below its own only.
    private static void EnsureSame(string project, string domain, string taskProject, string taskDomain)
    {
        if (project != taskProject || domain != taskDomain)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "task_foreign", "The task belongs to another project or domain than the run.",
                $"Run it in {taskProject}/{taskDomain}, or deploy it to {project}/{domain}.");
        }
    }
}
