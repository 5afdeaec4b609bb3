using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Aws.Secrets;

public static class AwsSecretStoreServiceCollectionExtensions
{
    public static IServiceCollection AddSsmSecretStore(this IServiceCollection services, AwsSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(provider => new SsmSecretStore(options, provider.GetRequiredService<TimeProvider>()));

    public static IServiceCollection AddSecretsManagerSecretStore(this IServiceCollection services, AwsSecretStoreOptions options) =>
        services.AddSingleton<ISecretStore>(provider => new SecretsManagerSecretStore(options, provider.GetRequiredService<TimeProvider>()));
}
