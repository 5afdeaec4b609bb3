using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Secrets;

public static class FileSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddFileSecretStore(this IServiceCollection services, FileSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(provider => new FileSecretStore(options, provider.GetRequiredService<TimeProvider>()));
}
