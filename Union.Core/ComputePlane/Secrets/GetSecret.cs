using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>That a secret exists and since when; never its value, which only tasks get.</summary>
public sealed record GetSecret(string? Project, string? Domain, string Name) : IUseCase<StoredSecret>, IUserRequest
{
    public Verb Verb => Verb.SecretsRead;
}

internal sealed class GetSecretValidator : AbstractValidator<GetSecret>
{
    public GetSecretValidator() => SecretRules.Add(this, c => c.Project, c => c.Domain, c => c.Name);
}

internal sealed class GetSecretHandler(Caller caller, ISecretStore store) : IRequestHandler<GetSecret, StoredSecret>
{
    public async Task<StoredSecret> Handle(GetSecret request, CancellationToken cancellationToken)
    {
        var name = new SecretName(
            new SecretScope(caller.Principal.Org, request.Project, request.Domain), request.Name);
        return await store.FindAsync(name, cancellationToken) ?? throw SecretRules.Missing(name);
    }
}
