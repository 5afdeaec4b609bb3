using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Project;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Project = Flyteidl2.Project.Project;
using Task = System.Threading.Tasks.Task;
using TaskMetadata = Flyteidl2.Task.TaskMetadata;

namespace Union.Host.Tests.Cli;

internal sealed class FakeTaskService(FakeState state) : TaskService.TaskServiceBase
{
    public override Task<DeployTaskResponse> DeployTask(DeployTaskRequest request, ServerCallContext context)
    {
        Fail.If(request.TaskId is not { Name.Length: > 0, Version.Length: > 0, Project.Length: > 0, Domain.Length: > 0 }, "task_id");
        Fail.If(request.Spec?.TaskTemplate?.Container is null, "spec");
        var isKnown = state.Requests.OfType<DeployTaskRequest>().Any(r => r.TaskId.Equals(request.TaskId));
        state.Requests.Enqueue(request);
        return isKnown
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, "exists"))
            : Task.FromResult(new DeployTaskResponse());
    }

    public override Task<GetTaskDetailsResponse> GetTaskDetails(GetTaskDetailsRequest request, ServerCallContext context)
    {
        var id = request.TaskId.Clone();
        id.Version = id.Version.Length == 0 ? "newest" : id.Version;
        var month = new Variable { Type = new LiteralType { Simple = SimpleType.String } };
        var inputs = new VariableMap { Variables = { new VariableEntry { Key = "month", Value = month } } };
        var spec = new TaskSpec
        {
            TaskTemplate = new TaskTemplate { Interface = new TypedInterface { Inputs = inputs } },
        };
        return Task.FromResult(new GetTaskDetailsResponse { Details = new TaskDetails { TaskId = id, Spec = spec } });
    }

    public override Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var isFirst = request.Request.Token.Length == 0;
        var task = new Flyteidl2.Task.Task
        {
            TaskId = new TaskIdentifier { Name = isFirst ? "rain" : "snow", Version = "v1" },
            Metadata = new TaskMetadata { DeployedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) },
        };
        return Task.FromResult(new ListTasksResponse { Tasks = { task }, Token = isFirst ? "more" : "" });
    }

    public override Task<ListVersionsResponse> ListVersions(ListVersionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListVersionsResponse
        {
            Versions = { new ListVersionsResponse.Types.VersionResponse { Version = $"{request.TaskName.Name}-v2" } },
        });
}

internal sealed class FakeTriggerService(FakeState state) : TriggerService.TriggerServiceBase
{
    public override Task<DeployTriggerResponse> DeployTrigger(DeployTriggerRequest request, ServerCallContext context)
    {
        Fail.If(request.Spec.Inputs is not null, "inputs reached the control plane");
        state.Requests.Enqueue(request);
        return Task.FromResult(new DeployTriggerResponse
        {
            Trigger = new TriggerDetails { Id = new TriggerIdentifier { Name = request.Name, Revision = 3 } },
        });
    }

    public override Task<ListTriggersResponse> ListTriggers(ListTriggersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListTriggersResponse
        {
            Triggers =
            {
                new Trigger
                {
                    Id = new TriggerIdentifier { Name = new TriggerName { TaskName = "rain", Name = "nightly" } },
                    Active = true,
                    AutomationSpec = new TriggerAutomationSpec
                    {
                        Schedule = new Schedule { Cron = new Cron { Expression = "0 2 * * *", Timezone = "Europe/Berlin" } },
                    },
                },
            },
        });

    public override Task<UpdateTriggersResponse> UpdateTriggers(UpdateTriggersRequest request, ServerCallContext context)
    {
        state.Requests.Enqueue(request);
        return Task.FromResult(new UpdateTriggersResponse());
    }

    public override Task<DeleteTriggersResponse> DeleteTriggers(DeleteTriggersRequest request, ServerCallContext context)
    {
        state.Requests.Enqueue(request);
        return Task.FromResult(new DeleteTriggersResponse());
    }
}

internal sealed class FakeProjectService(FakeState state) : ProjectService.ProjectServiceBase
{
    public override Task<CreateProjectResponse> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        state.Requests.Enqueue(request);
        return Task.FromResult(new CreateProjectResponse());
    }

    public override Task<UpdateProjectResponse> UpdateProject(UpdateProjectRequest request, ServerCallContext context)
    {
        state.Requests.Enqueue(request);
        return Task.FromResult(new UpdateProjectResponse());
    }

    public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
    {
        var projects = new Projects { Projects_ = { new Project { Id = "default", Name = "Default" } } };
        if (request.Filters.Length == 0)
        {
            projects.Projects_.Add(new Project { Id = "old", Name = "Old\u001b[2J", State = ProjectState.Archived });
        }

        return Task.FromResult(new ListProjectsResponse { Projects = projects });
    }
}
