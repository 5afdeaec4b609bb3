using Flyteidl2.Org;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Projects;
using Union.Core.Pipeline;

namespace Union.Host.Api.Projects;

/// <summary>Domains are the same in every project and can be read only.</summary>
internal sealed class DomainApi(IMediator mediator, Caller caller) : DomainService.DomainServiceBase
{
    public override async Task<ListDomainsResponse> ListDomains(ListDomainsRequest request, ServerCallContext context)
    {
        var response = new ListDomainsResponse();
        response.Domains.AddRange((await mediator.Send(new ListDomains(), context.CancellationToken)).Select(Message));
        return response;
    }

    public override async Task<GetDomainResponse> GetDomain(GetDomainRequest request, ServerCallContext context)
    {
        var domains = await mediator.Send(new ListDomains(), context.CancellationToken);
        return domains.Contains(request.Id)
            ? new GetDomainResponse { Domain = Message(request.Id) }
            : throw new UnionException(
                ErrorCode.NotFound, "domain_unknown", "There is no such domain.",
                $"There are {string.Join(", ", domains)}.");
    }

    private Domain Message(string name) => new() { Id = name, Org = caller.Principal.Org, FriendlyName = name };
}
