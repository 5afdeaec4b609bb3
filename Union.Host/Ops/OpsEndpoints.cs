namespace Union.Host.Ops;

/// <summary>Health of a plane, on a port of its own: <c>/livez</c> (it runs) and <c>/readyz</c> (it can do its work).</summary>
internal static class OpsEndpoints
{
    /// <summary>Must stand before everything else: the ops port serves these two and nothing more.</summary>
    public static IApplicationBuilder UseOps(this IApplicationBuilder app, Func<IServiceProvider, bool> isReady) =>
        app.Use(async (context, next) =>
        {
            if (!context.CameBy(PortKind.Ops))
            {
                await next(context);
                return;
            }

            var (status, text) = context.Request.Path.Value switch
            {
                "/livez" => (StatusCodes.Status200OK, "live\n"),
                "/readyz" when isReady(context.RequestServices) => (StatusCodes.Status200OK, "ready\n"),
                "/readyz" => (StatusCodes.Status503ServiceUnavailable, "not ready\n"),
                _ => (StatusCodes.Status404NotFound, "not found\n"),
            };
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(text, context.RequestAborted);
        });
}
