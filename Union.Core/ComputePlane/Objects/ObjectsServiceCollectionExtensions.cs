using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Objects;

public static class ObjectsServiceCollectionExtensions
{
    /// <summary>
    /// What the data use cases need besides an <see cref="IObjectStore"/> and an <see cref="ISecretStore"/>. Call it
    /// after the pipeline was added: its behaviour must stand next to the handlers.
    /// </summary>
    /// <param name="digestKeyPath">The key file of <see cref="KeyedDigest"/>, which only this cluster holds.</param>
    public static IServiceCollection AddDataUseCases(
        this IServiceCollection services, DataPolicy policy, ObjectLayout layout, string digestKeyPath)
    {
        services.AddSingleton(policy);
        services.AddSingleton(layout);
        services.AddSingleton(_ => new KeyedDigest(KeyFile.OpenOrCreate(digestKeyPath)));
        services.AddSingleton<PrivateParts>();
        services.AddSingleton<ProjectFence>();
        services.AddSingleton<UrlBudget>();
        services.AddSingleton<SigningMeter>();
        services.AddScoped<Presigner>();
        services.AddSingleton<UploadedCode>();
        services.AddSingleton<SecretResolver>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(StoreFailureBehavior<,>));
        return services;
    }
}
