using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>Deletes triggers: all of them, or none when one is unknown. Their history stays. Answers how many.</summary>
public sealed record DeleteTriggers(IReadOnlyList<TriggerName> Names) : IUseCase<int>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TasksDeploy;

    public string? Project => Same(name => name.Project);

    public string? Domain => Same(name => name.Domain);

    public string AuditedResource => $"triggers {string.Join(", ", Names.Take(10))}";

    // A caller who may in one project only must name triggers of that one only.
    private string? Same(Func<TriggerName, string> part) =>
        Names.Select(part).Distinct().Take(2).ToList() is [var only] ? only : null;
}

internal sealed class DeleteTriggersValidator : AbstractValidator<DeleteTriggers>
{
    public DeleteTriggersValidator() => TriggerNames.Bound(RuleFor(c => c.Names));
}

internal sealed class DeleteTriggersHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<DeleteTriggers, int>
{
    public Task<int> Handle(DeleteTriggers request, CancellationToken cancellationToken) =>
        database.WriteAsync(caller.Principal.Org, session => DeleteAsync(session, request), cancellationToken);

    private async Task<int> DeleteAsync(Session session, DeleteTriggers request)
    {
        var now = time.GetUtcNow();
        foreach (var name in request.Names.Distinct())
        {
            var trigger = await TriggerNames.FindAsync(session, caller.Principal.Org, name);
            await TriggerWriter.DeleteAsync(session, trigger, caller.Principal.Subject, now);
        }

        return request.Names.Count;
    }
}
