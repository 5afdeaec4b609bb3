using Flyteidl2.Task;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Boundary.Projections;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Host.Api.Listing;
using Union.Host.Api.Runs;
using Union.Host.Api.Splicing;
using Union.Host.Api.Triggers;

namespace Union.Host.Api.Tasks;

/// <summary>Deployed tasks. What is customer's in a spec is kept by the cluster, and comes back from it on read.</summary>
[BindServiceMethod(typeof(TaskApi), nameof(Bind))]
internal sealed class TaskApi(IMediator mediator, Caller caller, IPrivateParts privateParts)
    : TaskService.TaskServiceBase
{
    public static void Bind(ServiceBinderBase binder, TaskService.TaskServiceBase service) =>
        TaskService.BindService(new SplicingBinder(binder), service);

    public override async Task<DeployTaskResponse> DeployTask(DeployTaskRequest request, ServerCallContext context)
    {
        var id = request.TaskId ?? new TaskIdentifier();
        var spec = DeployedSpec.Of(request);
        var clusterId = await mediator.Send(new SelectCluster(id.Project, id.Domain, null), context.CancellationToken);
        var scope = new ProjectScope(caller.Principal.Org, id.Project, id.Domain);
        var split = SplitMessage.Of(spec);
        var taskPrivate = await privateParts.PutForAsync(
            caller.Principal, Verb.TasksDeploy, clusterId, scope, split.Private, context.CancellationToken);
        var reader = new NewTriggerReader(privateParts, caller.Principal, clusterId, scope);
        var triggers = new List<NewTrigger>(request.Triggers.Count);
        foreach (var trigger in request.Triggers)
        {
            triggers.Add(await reader.ReadAsync(trigger, context.CancellationToken));
        }

        await mediator.Send(
            new DeployTask(
                id.Project, id.Domain, TaskFacts.Of(spec, split.Projection, taskPrivate), clusterId,
                TaskFacts.References(spec), triggers),
            context.CancellationToken);
        return new DeployTaskResponse();
    }

    public override async Task<GetTaskDetailsResponse> GetTaskDetails(
        GetTaskDetailsRequest request, ServerCallContext context)
    {
        var id = request.TaskId ?? new TaskIdentifier();
        var found = await mediator.Send(
            new GetTask(id.Project, id.Domain, id.Name, id.Version), context.CancellationToken);
        var response = new GetTaskDetailsResponse { Details = TaskMessages.Details(found) };
        var parts = await privateParts.FetchAsync(
            found.Task.ClusterId, new ProjectScope(found.Task.Org, id.Project, id.Domain),
            [found.Content.PrivatePart], context);
        Splices.Attach(response, Splices.AsField(
            GetTaskDetailsResponse.DetailsFieldNumber, Splices.AsField(TaskDetails.SpecFieldNumber, parts[0])));
        return response;
    }

    public override async Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var about = request.Clone();
        about.Request = null;
        var asked = ListRequests.Read(request.Request, about, newestFirst: true);
        var query = asked.Query with { Filters = [.. asked.Query.Filters, .. request.KnownFilters.Select(TaskMessages.Filter)] };
        var scope = RunScopes.Of(request.ProjectId ?? new Flyteidl2.Common.ProjectIdentifier());
        var page = await mediator.Send(new ListTasks(scope.Project, scope.Domain, query), context.CancellationToken);
        var response = new ListTasksResponse { Token = asked.TokenOf(page.Next) };
        foreach (var listed in page.Rows)
        {
            response.Tasks.Add(TaskMessages.Task(listed, await LatestRunAsync(listed.Task, context.CancellationToken)));
        }

        return response;
    }

    public override async Task<ListVersionsResponse> ListVersions(ListVersionsRequest request, ServerCallContext context)
    {
        var name = request.TaskName ?? new TaskName();
        var asked = ListRequests.Read(request.Request, name, newestFirst: true);
        var page = await mediator.Send(
            new ListTaskVersions(name.Project, name.Domain, name.Name, asked.Query), context.CancellationToken);
        var response = new ListVersionsResponse { Token = asked.TokenOf(page.Next) };
        response.Versions.AddRange(page.Rows.Select(TaskMessages.Version));
        return response;
    }

    // Tasks and runs are read by verbs of their own; who has only the first sees no run here either.
    private async Task<ActionRow?> LatestRunAsync(DeployedTaskRow task, CancellationToken cancellationToken)
    {
        if (!caller.Principal.May(Verb.RunsRead, task.Project, task.Domain))
        {
            return null;
        }

        var scope = new RunScope(task.Project, task.Domain) { TaskName = task.Name };
        var page = await mediator.Send(new ListRuns(scope, ListQuery.First(1)), cancellationToken);
        return page.Rows.Count > 0 ? page.Rows[0] : null;
    }
}
