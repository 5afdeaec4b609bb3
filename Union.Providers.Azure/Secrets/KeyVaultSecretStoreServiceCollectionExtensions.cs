using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Azure.Secrets;

public static class KeyVaultSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddKeyVaultSecretStore(this IServiceCollection services, KeyVaultSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(provider => new KeyVaultSecretStore(options, provider.GetRequiredService<TimeProvider>()));
}
