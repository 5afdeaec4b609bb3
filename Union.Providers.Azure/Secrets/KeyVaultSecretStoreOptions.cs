using Azure.Core;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Azure.Secrets;

/// <summary>Settings of <see cref="KeyVaultSecretStore"/>.</summary>
public sealed record KeyVaultSecretStoreOptions
{
    /// <summary>The vault's address, such as <c>https://acme.vault.azure.net</c>.</summary>
    public required string Vault { get; init; }

    /// <summary>What every secret's name begins with.</summary>
    public string Prefix { get; init; } = RemoteStoreRules.DefaultPrefix;

    /// <summary>None means the vendor's chain: environment, workload identity, managed identity, command line.</summary>
    public TokenCredential? Credentials { get; init; }
}
