using Union.Host.Configuration;
using Union.Providers.Aws.Secrets;
using Union.Providers.Azure.Secrets;
using Union.Providers.Gcp.Secrets;
using Union.Providers.Kubernetes.Secrets;
using Union.Providers.Local.Secrets;
using Union.Providers.Vault.Secrets;

namespace Union.Host.Planes.Compute;

internal static class SecretStores
{
    /// <summary>The store that configuration names. It is made with its first use, and contacts nothing before.</summary>
    public static IServiceCollection AddSecretStore(
        this IServiceCollection services, SecretsConfiguration secrets, FileSecretStoreOptions files) => secrets switch
        {
            FileSecrets => services.AddFileSecretStore(files),
            SsmSecrets ssm => services.AddSsmSecretStore(ssm.Options),
            SecretsManagerSecrets manager => services.AddSecretsManagerSecretStore(manager.Options),
            GcpSecrets gcp => services.AddGcpSecretStore(gcp.Options),
            KeyVaultSecrets vault => services.AddKeyVaultSecretStore(vault.Options),
            VaultSecrets vault => services.AddVaultSecretStore(vault.Options),
            KubernetesSecrets kubernetes => services.AddKubernetesSecretStore(kubernetes.Options),
            _ => throw new InvalidOperationException($"There is no secret store for {secrets.GetType().Name}."),
        };
}
