using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Caching;

/// <summary>Forgets the results of a task, so that it computes them anew; answers how many there were.</summary>
public sealed record EvictCached(string Project, string Domain, string Task) : IUseCase<EvictedResults>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TasksDeploy;

    public string AuditedResource => $"cached results of {Project}/{Domain}/{Task}";
}

public sealed record EvictedResults(long Count);

internal sealed class EvictCachedValidator : AbstractValidator<EvictCached>
{
    public EvictCachedValidator()
    {
        RuleFor(c => c.Task).Length(1, 255).WithMessage("The name of a task has 1 to 255 characters.");
    }
}

internal sealed class EvictCachedHandler(MetadataDatabase database, Caller caller) : IRequestHandler<EvictCached, EvictedResults>
{
    private const int Batch = 500;

    public async Task<EvictedResults> Handle(EvictCached request, CancellationToken cancellationToken)
    {
        // Small transactions: whoever looks a result up meanwhile does not wait.
        for (var count = 0L; ;)
        {
            var dropped = await database.WriteAsync(
                caller.Principal.Org,
                session => CacheStore.EvictAsync(
                    session, caller.Principal.Org, request.Project, request.Domain, request.Task, Batch),
                cancellationToken);
            count += dropped;
            if (dropped < Batch)
            {
                return new EvictedResults(count);
            }
        }
    }
}
