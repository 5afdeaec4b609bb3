using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>Makes a trigger of a deployed task, or replaces the one of this name by its next revision.</summary>
/// <param name="TaskVersion">Version that its runs are of; empty takes the newest as it is now.</param>
/// <param name="ExpectedRevision">Refuses when somebody else changed it since; 0 does not look.</param>
public sealed record DeployTrigger(
    string Project, string Domain, string Task, string TaskVersion, NewTrigger Trigger, long ExpectedRevision)
    : IUseCase<TriggerDetail>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TasksDeploy;

    public string AuditedResource => $"trigger {Project}/{Domain}/{Task}/{Trigger.Name}";
}

internal sealed class DeployTriggerValidator : AbstractValidator<DeployTrigger>
{
    public DeployTriggerValidator()
    {
        RuleFor(c => c.Trigger).SetValidator(new NewTriggerValidator());
    }
}

internal sealed class DeployTriggerHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<DeployTrigger, TriggerDetail>
{
    public Task<TriggerDetail> Handle(DeployTrigger request, CancellationToken cancellationToken) =>
        database.WriteAsync(caller.Principal.Org, session => DeployAsync(session, request), cancellationToken);

    private async Task<TriggerDetail> DeployAsync(Session session, DeployTrigger request)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        await ProjectStore.EnsureActiveAsync(session, scope.Org, scope.Project);
        var task = await GetTaskHandler.ReadAsync(session, scope, request.Task, request.TaskVersion);
        var row = await TriggerWriter.DeployAsync(
            session, scope, task.Task, request.Trigger, request.ExpectedRevision, caller.Principal.Subject,
            time.GetUtcNow());
        return await GetTriggerHandler.ReadAsync(session, row, row.Revision);
    }
}
