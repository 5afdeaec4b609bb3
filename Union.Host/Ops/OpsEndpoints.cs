namespace Union.Host.Ops;

/// <summary>
/// Health of a plane, on a port of its own: <c>/livez</c> (it runs), <c>/readyz</c> (it can do its work), <c>/metrics</c>.
/// </summary>
internal static class OpsEndpoints
{
    public static IServiceCollection AddOps<TGauges>(this IServiceCollection services)
        where TGauges : class, IPlaneGauges
    {
        services.AddSingleton<IPlaneGauges, TGauges>();
        services.AddSingleton<MetricsExport>();
        return services.AddHostedService(provider => provider.GetRequiredService<MetricsExport>());
    }

    /// <summary>Must stand before everything else: the ops port serves these three and nothing more.</summary>
    /// <param name="about">What a readiness answer says besides, a line each.</param>
    public static IApplicationBuilder UseOps(
        this IApplicationBuilder app, Func<HttpContext, Task<bool>> isReady, Func<IServiceProvider, string>? about = null) =>
        app.Use((context, next) => !context.CameBy(PortKind.Ops) ? next(context) : context.Request.Path.Value switch
        {
            "/livez" => AnswerAsync(context, StatusCodes.Status200OK, "live\n"),
            "/readyz" => AnswerReadinessAsync(context, isReady, about),
            "/metrics" when HttpMethods.IsGet(context.Request.Method) =>
                context.RequestServices.GetRequiredService<MetricsExport>().WriteAsync(context),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "not found\n"),
        });

    private static async Task AnswerReadinessAsync(
        HttpContext context, Func<HttpContext, Task<bool>> isReady, Func<IServiceProvider, string>? about)
    {
        var (status, text) = await isReady(context)
            ? (StatusCodes.Status200OK, "ready\n")
            : (StatusCodes.Status503ServiceUnavailable, "not ready\n");
        await AnswerAsync(context, status, text + about?.Invoke(context.RequestServices));
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
