using Flyteidl2.Core;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>
/// Finds the secrets that a task names, the most specific scope first: project and domain, project, domain, org.
/// The task gets them as variables, by default the name in capitals, or as files.
/// </summary>
public sealed class SecretResolver(ISecretStore store, SecretPolicy policy)
{
    private const int MaxSecrets = 100;

    /// <summary>Refused as a whole where one is missing or malformed.</summary>
    public async Task<TaskSecrets> ResolveAsync(
        ProjectScope scope, SecurityContext? security, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, SecretBytes>();
        var files = new Dictionary<string, SecretFile>();
        if (security?.Secrets.Count > MaxSecrets)
        {
            throw Refused($"A task names at most {MaxSecrets} secrets.");
        }

        foreach (var secret in security?.Secrets ?? [])
        {
            var name = NameOf(secret);
            var isFile = secret.MountRequirement is Secret.Types.MountType.File;
            var variable = isFile && secret.EnvVar.Length == 0 ? null : VariableOf(secret, name);
            if (!policy.Allows(scope.Project, name))
            {
                throw new UnionException(
                    ErrorCode.PermissionDenied, "secret_refused_by_policy",
                    $"This cluster gives the secret {name} to no task of project {scope.Project}.",
                    "The owner of the cluster decides that in computePlane.policy.secrets.");
            }

            var value = await FindAsync(scope, name, cancellationToken);
            if (isFile)
            {
                var file = new SecretFile(PathOf(secret), variable, value);
                if (!files.TryAdd(file.Path, file))
                {
                    throw Refused($"Two secrets go into the file {file.Path}.");
                }
            }

            if (variable is not null && !variables.TryAdd(variable, value))
            {
                throw Refused($"Two secrets go into the variable {variable}.");
            }
        }

        foreach (var file in files.Values.Where(file => file.Variable is not null))
        {
            variables.Remove(file.Variable!);
        }

        return new TaskSecrets(variables, [.. files.Values]);
    }

    // Small letters, as the stock SDK looks for them.
    private static string PathOf(Secret secret) =>
        (secret.Group.Length == 0 ? secret.Key : $"{secret.Group}/{secret.Key}").ToLowerInvariant();

    // Stores have flat names, so a group is a prefix, as it is in the variable that stock clients expect.
    private static string NameOf(Secret secret)
    {
        var name = secret.Group.Length == 0 ? secret.Key : $"{secret.Group}_{secret.Key}";
        return Names.IsSecret(name)
            ? name
            : throw Refused("A secret's group and key must be 1 to 127 of A-Z a-z 0-9 _ - together.");
    }

    private static string VariableOf(Secret secret, string name)
    {
        var variable = secret.EnvVar.Length > 0
            ? secret.EnvVar
            : name.ToUpperInvariant().Replace('-', '_');
        return Names.IsVariable(variable)
            ? variable
            : throw Refused($"Secret {name} cannot go into a variable of that name; choose one of A-Z a-z 0-9 _.");
    }

    private async Task<SecretBytes> FindAsync(ProjectScope scope, string name, CancellationToken cancellationToken)
    {
        SecretScope[] scopes =
        [
            new(scope.Org, scope.Project, scope.Domain), new(scope.Org, scope.Project, null),
            new(scope.Org, null, scope.Domain), new(scope.Org, null, null),
        ];
        try
        {
            foreach (var candidate in scopes)
            {
                if (await TryGetAsync(new SecretName(candidate, name), cancellationToken) is { } value)
                {
                    return value;
                }
            }
        }
        catch (SecretStoreException e)
        {
            throw e.ToAnswer();
        }

        throw new UnionException(
            ErrorCode.NotFound, "secret_missing", $"Secret {name} exists neither in {scope} nor above it.",
            "Create it with `union secret create`.");
    }

    private async Task<SecretBytes?> TryGetAsync(SecretName name, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetAsync(name, version: null, cancellationToken);
        }
        catch (SecretStoreException e) when (e.Error is SecretStoreError.NotFound)
        {
            return null;
        }
    }

    private static UnionException Refused(string message) =>
        new(ErrorCode.InvalidArgument, "secret_request_invalid", message);
}
