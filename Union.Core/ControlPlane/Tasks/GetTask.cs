using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>One version of a deployed task.</summary>
/// <param name="Version">Empty for the newest.</param>
public sealed record GetTask(string Project, string Domain, string Name, string Version)
    : IUseCase<TaskDetail>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

/// <param name="Content">What was deployed, which a run of it is made from.</param>
/// <param name="Triggers">The triggers that start the task, whichever version of it.</param>
public sealed record TaskDetail(DeployedTaskRow Task, NewTask Content, IReadOnlyList<TriggerRow> Triggers);

internal sealed class GetTaskHandler(MetadataDatabase database, Caller caller) : IRequestHandler<GetTask, TaskDetail>
{
    public Task<TaskDetail> Handle(GetTask request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        return database.ReadAsync(
            scope.Org, session => ReadAsync(session, scope, request.Name, request.Version), cancellationToken);
    }

    internal static async Task<TaskDetail> ReadAsync(Session session, ProjectScope scope, string name, string version)
    {
        var task = version.Length == 0
            ? await DeployedTaskStore.FindLatestAsync(session, scope, name)
            : await DeployedTaskStore.FindAsync(session, scope, name, version);
        var content = task is null ? null : await TaskStore.FindAsync(session, scope.Org, task.TaskId);
        return task is not null && content is not null
            ? new TaskDetail(task, content.ToNewTask(), await TriggerStore.OfTaskAsync(session, scope, name))
            : throw TaskErrors.NoSuchTask(name, version);
    }
}
