using System.Diagnostics.Metrics;
using System.Reflection;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Union.Core.Pipeline;

public static class PipelineServiceCollectionExtensions
{
    private static readonly Type[] Scanned = [typeof(IRequestHandler<,>), typeof(IValidator<>)];

    /// <summary>
    /// Adds the mediator with the handlers and validators of one plane only (found by namespace), behind the pipeline
    /// measure, audit, authorize, validate: what is refused is still measured and audited, and nothing of a request is
    /// looked at before its sender is known to be allowed. Streams are authorized again while they are open.
    /// </summary>
    public static IServiceCollection AddUseCases(this IServiceCollection services, string planeNamespace)
    {
        services.AddSingleton(provider => new PipelineMeter(
            provider.GetRequiredService<IMeterFactory>(), planeNamespace.Replace(".Core.", ".", StringComparison.Ordinal)));
        services.AddScoped<Caller>();
        services.AddTransient<ServiceFactory>(provider => provider.GetService!);
        services.AddTransient<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(MeasureBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(AuditBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(AuthorizeBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidateBehavior<,>));

        foreach (var type in Assembly.GetExecutingAssembly().GetTypes().Where(t => IsOf(t, planeNamespace)))
        {
            foreach (var service in type.GetInterfaces().Where(IsScanned))
            {
                // Validators have no state, and building the rules of one costs more than applying them.
                services.Add(new ServiceDescriptor(
                    service, type,
                    service.GetGenericTypeDefinition() == typeof(IValidator<>) ? ServiceLifetime.Singleton : ServiceLifetime.Transient));
                AddReauthorization(services, service);
            }
        }

        return services;
    }

    // Innermost, and closed for each stream: an open behavior would have to have the element's type as its result.
    private static void AddReauthorization(IServiceCollection services, Type handler)
    {
        if (handler.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)
            && handler.GetGenericArguments() is [var request, { IsGenericType: true } result]
            && result.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
        {
            services.AddTransient(
                typeof(IPipelineBehavior<,>).MakeGenericType(request, result),
                typeof(ReauthorizeBehavior<,>).MakeGenericType(request, result.GetGenericArguments()[0]));
        }
    }

    private static bool IsOf(Type type, string planeNamespace) =>
        type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false, Namespace: not null }
        && (type.Namespace + ".").StartsWith(planeNamespace + ".", StringComparison.Ordinal);

    private static bool IsScanned(Type type) =>
        type.IsGenericType && Scanned.Contains(type.GetGenericTypeDefinition());
}
