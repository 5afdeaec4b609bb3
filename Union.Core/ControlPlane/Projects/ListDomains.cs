using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Projects;

/// <summary>The domains, which every project has.</summary>
public sealed record ListDomains : IUseCase<IReadOnlyList<string>>, IUserRequest
{
    public Verb Verb => Verb.ProjectsRead;

    public string? Project => null;

    public string? Domain => null;
}

internal sealed class ListDomainsHandler : IRequestHandler<ListDomains, IReadOnlyList<string>>
{
    public Task<IReadOnlyList<string>> Handle(ListDomains request, CancellationToken cancellationToken) =>
        Task.FromResult(Domains.All);
}
