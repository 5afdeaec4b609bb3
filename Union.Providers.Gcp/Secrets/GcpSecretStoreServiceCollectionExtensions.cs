using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Gcp.Secrets;

public static class GcpSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddGcpSecretStore(this IServiceCollection services, GcpSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(_ => new GcpSecretStore(options));
}
