using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>Gives a secret that exists another value; answers the new version.</summary>
public sealed record UpdateSecret(string? Project, string? Domain, string Name, SecretBytes Value)
    : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.SecretsWrite;

    public string AuditedResource => $"secret {Project ?? "*"}/{Domain ?? "*"}/{Name}";
}

internal sealed class UpdateSecretValidator : AbstractValidator<UpdateSecret>
{
    public UpdateSecretValidator() => SecretRules.Add(this, c => c.Project, c => c.Domain, c => c.Name);
}

internal sealed class UpdateSecretHandler(Caller caller, ISecretStore store) : IRequestHandler<UpdateSecret, string>
{
    public async Task<string> Handle(UpdateSecret request, CancellationToken cancellationToken)
    {
        var name = new SecretName(
            new SecretScope(caller.Principal.Org, request.Project, request.Domain), request.Name);
        if (await store.FindAsync(name, cancellationToken) is null)
        {
            throw SecretRules.Missing(name);
        }

        return await store.PutAsync(name, request.Value, PutSecret.Replace, cancellationToken);
    }
}
