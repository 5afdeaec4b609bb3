using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Vault.Secrets;

public static class VaultSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddVaultSecretStore(this IServiceCollection services, VaultSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(provider => new VaultSecretStore(options, provider.GetRequiredService<TimeProvider>()));
}
