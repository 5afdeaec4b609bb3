using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Kubernetes.Secrets;

public static class KubernetesSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddKubernetesSecretStore(this IServiceCollection services, KubernetesSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(_ => new KubernetesSecretStore(options));
}
