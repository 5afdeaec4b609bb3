using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Union.Host.Listening;

/// <summary>CORS for web pages of other origins that configuration lists, in terms of Connect and gRPC-Web.</summary>
internal static class BrowserCalls
{
    private static readonly TimeSpan PreflightFor = TimeSpan.FromHours(1);

    private static readonly string[] Sent =
    [
        "content-type", "authorization", "x-request-id", "connect-protocol-version", "connect-timeout-ms",
        "connect-content-encoding", "connect-accept-encoding", "grpc-timeout", "x-grpc-web", "x-user-agent",
    ];

    private static readonly string[] Read =
    [
        "grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "connect-content-encoding", "union-partial",
    ];

    public static IServiceCollection AddBrowserCalls(this IServiceCollection services, IReadOnlyList<string> origins) =>
        services.AddCors(options => options.AddDefaultPolicy(policy => Allow(policy, origins)));

    /// <summary>Before anything that answers: each answer must carry the headers.</summary>
    public static IApplicationBuilder UseBrowserCalls(this IApplicationBuilder app) => app.UseCors();

    // No credentials: cookies authenticate nothing here.
    private static void Allow(CorsPolicyBuilder policy, IReadOnlyList<string> origins) => policy
        .WithOrigins([.. origins]).WithMethods("POST", "GET").WithHeaders(Sent).WithExposedHeaders(Read)
        .SetPreflightMaxAge(PreflightFor);
}
