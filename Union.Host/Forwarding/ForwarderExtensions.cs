using Union.Host.Relaying;

namespace Union.Host.Forwarding;

internal static class ForwarderExtensions
{
    /// <summary>
    /// Needs the cluster port, an <see cref="ICallerAuthentication"/>, an <see cref="IClusterDirectory"/> and the signer.
    /// </summary>
    public static IServiceCollection AddForwarder(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<StreamCap>().AddSingleton<ForwarderMeter>().AddSingleton<RelayRouting>().AddScoped<Forwarder>();

        // These print whole request targets at Information and below.
        return services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)
            .AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information));
    }

    /// <summary>Serves everything below <c>/dp/</c>.</summary>
    public static IEndpointConventionBuilder MapForwarder(this IEndpointRouteBuilder endpoints) =>
        endpoints.Map("/dp/{**rest}", static context =>
            context.RequestServices.GetRequiredService<Forwarder>().ForwardAsync(context));
}
