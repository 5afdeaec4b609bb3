using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Objects;

public static class FileObjectStoreServiceCollectionExtensions
{
    /// <summary>The store, and the signer by which the host verifies what the store signed.</summary>
    public static IServiceCollection AddFileObjectStore(
        this IServiceCollection services, Func<IServiceProvider, FileObjectStoreOptions> options)
    {
        services.AddSingleton(options);
        services.AddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<FileObjectStoreOptions>();
            return new FileUrlSigner(
                KeyFile.OpenOrCreate(settings.KeyPath), settings.PublicUrl, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<FileObjectStore>();
        services.AddSingleton<IObjectStore>(provider => provider.GetRequiredService<FileObjectStore>());
        return services;
    }
}
