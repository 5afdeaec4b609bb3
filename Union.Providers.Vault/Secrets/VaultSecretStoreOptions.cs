using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Vault.Secrets;

/// <summary>Settings of <see cref="VaultSecretStore"/>, for HashiCorp Vault and OpenBao alike.</summary>
public sealed record VaultSecretStoreOptions
{
    public required string Address { get; init; }

    /// <summary>Where a KV engine of version 2 is mounted.</summary>
    public string Mount { get; init; } = "secret";

    /// <summary>The first segment of every path: what a policy fences the cluster in with.</summary>
    public string Prefix { get; init; } = RemoteStoreRules.DefaultPrefix;

    /// <summary>An enterprise namespace; none means the root.</summary>
    public string? Namespace { get; init; }

    /// <summary>Certificates in PEM that are trusted in place of the machine's.</summary>
    public string? CaFile { get; init; }

    public required VaultLogin Login { get; init; }
}

/// <summary>How the cluster proves who it is. Every secret of it is a file, read again for each login.</summary>
public abstract record VaultLogin;

/// <summary>A token that somebody else renews, such as Vault's own agent.</summary>
public sealed record VaultTokenLogin(string TokenFile) : VaultLogin;

/// <param name="JwtFile">The pod's service account token.</param>
public sealed record VaultKubernetesLogin(string Role, string JwtFile, string Mount = "kubernetes") : VaultLogin;

/// <param name="RoleId">Names the role and is no secret; what the file holds is.</param>
public sealed record VaultAppRoleLogin(string RoleId, string SecretIdFile, string Mount = "approle") : VaultLogin;
