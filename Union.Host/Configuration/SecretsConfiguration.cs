using Union.Providers.Aws.Secrets;
using Union.Providers.Azure.Secrets;
using Union.Providers.Gcp.Secrets;
using Union.Providers.Kubernetes.Secrets;
using Union.Providers.Vault.Secrets;

namespace Union.Host.Configuration;

/// <summary>Which store keeps the customer's secrets, with that store's own options.</summary>
internal abstract record SecretsConfiguration;

/// <summary>Sealed files in the cluster's data folder.</summary>
internal sealed record FileSecrets : SecretsConfiguration;

internal sealed record SsmSecrets(AwsSecretStoreOptions Options) : SecretsConfiguration;

internal sealed record SecretsManagerSecrets(AwsSecretStoreOptions Options) : SecretsConfiguration;

internal sealed record GcpSecrets(GcpSecretStoreOptions Options) : SecretsConfiguration;

internal sealed record KeyVaultSecrets(KeyVaultSecretStoreOptions Options) : SecretsConfiguration;

internal sealed record VaultSecrets(VaultSecretStoreOptions Options) : SecretsConfiguration;

internal sealed record KubernetesSecrets(KubernetesSecretStoreOptions Options) : SecretsConfiguration;
