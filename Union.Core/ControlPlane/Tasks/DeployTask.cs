using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>
/// Keeps a task under a version, and its triggers with it: all or nothing. A version is never changed, so one that
/// exists is refused, and a client that repeats the call takes that as done.
/// </summary>
/// <param name="ClusterId">The cluster that already holds the private parts.</param>
/// <param name="References">The references in the task; all must lie in the cluster's store.</param>
/// <param name="Triggers">Where any are given, the task's other triggers are deleted: the code says which there are.</param>
public sealed record DeployTask(
    string Project, string Domain, NewTask Task, string ClusterId, IReadOnlyList<string> References,
    IReadOnlyList<NewTrigger> Triggers)
    : IUseCase<DeployedTaskRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TasksDeploy;

    public string AuditedResource => $"task {Project}/{Domain}/{Task.Name} {Task.Version}";
}

internal sealed class DeployTaskValidator : AbstractValidator<DeployTask>
{
    public DeployTaskValidator()
    {
        RuleFor(c => c.Project).Must(Names.IsResource).WithMessage("The project's name is malformed.");
        RuleFor(c => c.Domain).Must(d => Domains.All.Contains(d))
            .WithMessage($"The domain must be one of {string.Join(", ", Domains.All)}.");
        RuleFor(c => c.Task.Name).Must(IsText).WithMessage("The task needs a name of at most 255 characters.");
        RuleFor(c => c.Task.Version).Must(IsText).WithMessage("The task needs a version of at most 255 characters.");
        RuleFor(c => c.Task.Retries).InclusiveBetween(0, 100).WithMessage("A task may have 0 to 100 retries.");
        RuleFor(c => c.Task.Projection.Length).LessThanOrEqualTo(1 << 20).WithMessage("A task may have 1 MiB.");
        RuleFor(c => c.References).Must(all => all.All(u => Reference.TryParse(u, out _)))
            .WithMessage("A reference is malformed.");
        RuleFor(c => c.Triggers.Count).LessThanOrEqualTo(50).WithMessage("A task may have 50 triggers.");
        RuleForEach(c => c.Triggers).SetValidator(new NewTriggerValidator());
    }

    private static bool IsText(string text) => text.Length is > 0 and <= 255 && !text.Any(char.IsControl);
}

internal sealed class DeployTaskHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<DeployTask, DeployedTaskRow>
{
    public Task<DeployedTaskRow> Handle(DeployTask request, CancellationToken cancellationToken) =>
        database.WriteAsync(caller.Principal.Org, session => DeployAsync(session, request), cancellationToken);

    private async Task<DeployedTaskRow> DeployAsync(Session session, DeployTask request)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        await ProjectStore.EnsureActiveAsync(session, scope.Org, scope.Project);
        await ClusterReferences.EnsureOwnAsync(session, scope.Org, request.ClusterId, request.References);
        await ProjectStore.LockAsync(session, scope.Org, scope.Project);
        var now = time.GetUtcNow();
        var (task, by) = (request.Task, caller.Principal.Subject);
        var taskId = await TaskStore.EnsureAsync(session, task.Row(scope, now.ToMicros()));
        var deployed = new DeployedTaskRow(
            0, scope.Org, scope.Project, scope.Domain, task.Name, task.Version, taskId, request.ClusterId, 1,
            now.ToMicros(), by, task.ShortName, task.TaskType, task.Environment, task.IsEntrypoint ? 1 : 0);
        if (!await DeployedTaskStore.TryInsertAsync(session, deployed))
        {
            throw TaskErrors.VersionExists(task.Name, task.Version);
        }

        await TriggerWriter.ReplaceAllAsync(session, scope, deployed, request.Triggers, by, now);
        return deployed;
    }
}
