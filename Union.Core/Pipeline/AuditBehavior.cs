using MediatR;
using Union.Core.Boundary;

namespace Union.Core.Pipeline;

/// <summary>Writes who did what to what, and how it ended, for every audited request: refused ones too.</summary>
internal sealed class AuditBehavior<TRequest, TResult>(Caller caller, IAuditLog audit, TimeProvider time)
    : IPipelineBehavior<TRequest, TResult>
    where TRequest : notnull
{
    private const string Done = "ok";

    public async Task<TResult> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        if (request is not IAudited audited)
        {
            return await next();
        }

        try
        {
            using var change = audit.Begin(EntryOf(audited, Done));
            var result = await next();
            if (change is not { IsWritten: true })
            {
                await WriteAsync(audited, (result as IAuditedOutcome)?.Outcome ?? Done);
            }

            return result;
        }
        catch (UnionException e)
        {
            await WriteAsync(audited, e.Reason);
            throw;
        }
    }

    // Not cancellable: the change is made, and a client that hangs up must not erase its trace.
    private Task WriteAsync(IAudited audited, string outcome) =>
        audit.WriteAsync(EntryOf(audited, outcome), CancellationToken.None);

    private AuditEntry EntryOf(IAudited audited, string outcome)
    {
        var (org, actor) = caller switch
        {
            { IsPrincipal: true } => (caller.Principal.Org, caller.Principal.Subject),
            { IsCluster: true } => (caller.Cluster.Org, $"cluster:{caller.Cluster.ClusterId}"),
            { IsTask: true } => (caller.Task.Run.Org, $"task:{caller.Task.Run.Name}/{caller.Task.Name}"),
            _ => (Names.DefaultOrg, "system"),
        };
        return new AuditEntry(
            org, time.GetUtcNow(), actor, typeof(TRequest).Name, audited.AuditedResource, outcome, caller.RequestId);
    }
}
