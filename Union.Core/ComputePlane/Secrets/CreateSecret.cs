using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>Keeps a new secret; its value goes nowhere but into the store.</summary>
/// <param name="Project">Null: the secret is every project's. The same for the domain.</param>
public sealed record CreateSecret(string? Project, string? Domain, string Name, SecretBytes Value)
    : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.SecretsWrite;

    public string AuditedResource => $"secret {Project ?? "*"}/{Domain ?? "*"}/{Name}";
}

internal sealed class CreateSecretValidator : AbstractValidator<CreateSecret>
{
    public CreateSecretValidator() => SecretRules.Add(this, c => c.Project, c => c.Domain, c => c.Name);
}

/// <summary>Answers the version.</summary>
internal sealed class CreateSecretHandler(Caller caller, ISecretStore store) : IRequestHandler<CreateSecret, string>
{
    public Task<string> Handle(CreateSecret request, CancellationToken cancellationToken)
    {
        var scope = new SecretScope(caller.Principal.Org, request.Project, request.Domain);
        return store.PutAsync(
            new SecretName(scope, request.Name), request.Value, PutSecret.CreateOnly, cancellationToken);
    }
}
