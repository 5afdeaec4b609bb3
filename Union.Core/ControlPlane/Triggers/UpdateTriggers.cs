using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>Makes triggers fire or not: all of them, or none when one is unknown. Those that are so already stay as they are. Answers how many.</summary>
public sealed record UpdateTriggers(IReadOnlyList<TriggerName> Names, bool Active) : IUseCase<int>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TasksDeploy;

    public string? Project => Same(name => name.Project);

    public string? Domain => Same(name => name.Domain);

    public string AuditedResource => $"triggers {string.Join(", ", Names.Take(10))}";

    // A caller who may in one project only must name triggers of that one only.
    private string? Same(Func<TriggerName, string> part) =>
        Names.Select(part).Distinct().Take(2).ToList() is [var only] ? only : null;
}

internal sealed class UpdateTriggersValidator : AbstractValidator<UpdateTriggers>
{
    public UpdateTriggersValidator() => TriggerNames.Bound(RuleFor(c => c.Names));
}

internal sealed class UpdateTriggersHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<UpdateTriggers, int>
{
    public Task<int> Handle(UpdateTriggers request, CancellationToken cancellationToken) =>
        database.WriteAsync(caller.Principal.Org, session => UpdateAsync(session, request), cancellationToken);

    private async Task<int> UpdateAsync(Session session, UpdateTriggers request)
    {
        var now = time.GetUtcNow();
        foreach (var name in request.Names.Distinct())
        {
            var trigger = await TriggerNames.FindAsync(session, caller.Principal.Org, name);
            await TriggerWriter.SetActiveAsync(session, trigger, request.Active, caller.Principal.Subject, now);
        }

        return request.Names.Count;
    }
}
