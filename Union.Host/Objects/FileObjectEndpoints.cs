using Union.Providers.Local.Objects;

namespace Union.Host.Objects;

public static class FileObjectEndpoints
{
    /// <summary>
    /// Serves the signed URLs of <see cref="FileObjectStore"/>. Every method is routed here, so that a wrong one is
    /// answered like any other forged request. The container needs <c>AddFileObjectStore</c>.
    /// </summary>
    public static IEndpointConventionBuilder MapFileObjects(this IEndpointRouteBuilder endpoints) =>
        endpoints.Map(FileUrlSigner.PathPrefix + "{**key}", async context =>
        {
            var services = context.RequestServices;
            var endpoint = new FileObjectEndpoint(
                services.GetRequiredService<FileObjectStore>(), services.GetRequiredService<FileUrlSigner>(),
                services.GetRequiredService<FileObjectStoreOptions>());
            await endpoint.ServeAsync(context);
        });
}
