using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>Removes a secret; answers whether there was one.</summary>
public sealed record DeleteSecret(string? Project, string? Domain, string Name)
    : IUseCase<bool>, IUserRequest, IAudited
{
    public Verb Verb => Verb.SecretsWrite;

    public string AuditedResource => $"secret {Project ?? "*"}/{Domain ?? "*"}/{Name}";
}

internal sealed class DeleteSecretValidator : AbstractValidator<DeleteSecret>
{
    public DeleteSecretValidator() => SecretRules.Add(this, c => c.Project, c => c.Domain, c => c.Name);
}

internal sealed class DeleteSecretHandler(Caller caller, ISecretStore store) : IRequestHandler<DeleteSecret, bool>
{
    public async Task<bool> Handle(DeleteSecret request, CancellationToken cancellationToken)
    {
        var name = new SecretName(
            new SecretScope(caller.Principal.Org, request.Project, request.Domain), request.Name);
        var existed = await store.FindAsync(name, cancellationToken) is not null;
        await store.DeleteAsync(name, cancellationToken);
        return existed;
    }
}
