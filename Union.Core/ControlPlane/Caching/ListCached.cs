using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Caching;

/// <summary>The cached results of a project, by task; at most 1,000.</summary>
/// <param name="Task">Only those of this task; empty for all.</param>
public sealed record ListCached(string Project, string Domain, string Task) : IUseCase<IReadOnlyList<CacheRow>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

internal sealed class ListCachedHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListCached, IReadOnlyList<CacheRow>>
{
    private const int Limit = 1000;

    public Task<IReadOnlyList<CacheRow>> Handle(ListCached request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        return database.ReadAsync(
            org,
            session => request.Task.Length == 0
                ? CacheStore.ListAsync(session, org, request.Project, request.Domain, Limit)
                : CacheStore.OfTaskAsync(session, org, request.Project, request.Domain, request.Task, Limit),
            cancellationToken);
    }
}
