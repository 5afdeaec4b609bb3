using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>Names and creation times of a scope and everything below it, a page at a time.</summary>
/// <param name="Limit">0 is the default.</param>
/// <param name="After">The last secret of the page before; null for the first.</param>
public sealed record ListSecrets(string? Project, string? Domain, int Limit, SecretPosition? After)
    : IUseCase<SecretPage>, IUserRequest
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    public Verb Verb => Verb.SecretsRead;
}

/// <summary>A place in a listing: a secret's name without its org, which is always the caller's.</summary>
public sealed record SecretPosition(string Name, string? Project, string? Domain);

/// <param name="Next">Where the next page begins after; null on the last.</param>
public sealed record SecretPage(IReadOnlyList<StoredSecret> Secrets, SecretPosition? Next);

internal sealed class ListSecretsValidator : AbstractValidator<ListSecrets>
{
    public ListSecretsValidator()
    {
        SecretRules.Add(this, c => c.Project, c => c.Domain, name: null);
        RuleFor(c => c.Limit).InclusiveBetween(0, ListSecrets.MaxLimit)
            .WithMessage($"Limit must be 0 to {ListSecrets.MaxLimit}.");
    }
}

internal sealed class ListSecretsHandler(Caller caller, ISecretStore store) : IRequestHandler<ListSecrets, SecretPage>
{
    public async Task<SecretPage> Handle(ListSecrets request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        var limit = request.Limit == 0 ? ListSecrets.DefaultLimit : request.Limit;
        var after = request.After is { } a ? new SecretName(new SecretScope(org, a.Project, a.Domain), a.Name) : null;
        var page = new List<StoredSecret>();
        var scope = new SecretScope(org, request.Project, request.Domain);
        await foreach (var secret in store.ListAsync(scope, cancellationToken))
        {
            if (after is not null && SecretNameOrder.Instance.Compare(secret.Name, after) <= 0)
            {
                continue;
            }

            if (page.Count == limit)
            {
                var last = page[^1].Name;
                return new SecretPage(page, new SecretPosition(last.Name, last.Scope.Project, last.Scope.Domain));
            }

            page.Add(secret);
        }

        return new SecretPage(page, null);
    }
}
