using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Union.Host.Planes;

namespace Union.Host.Ops;

/// <summary>
/// <c>/metrics</c> in Prometheus' text form. It is put together after the start, or by the first who asks: a plane is ready
/// without it. What was counted before is not shown, as it never is to a collector, which takes its first sample as the
/// beginning.
/// </summary>
internal sealed class MetricsExport(IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider time)
    : BackgroundService
{
    /// <summary>For each instrument; what is beyond shares one series. No label comes from outside, so this is a net.</summary>
    private const int MaxSeries = 1000;

    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private MeterProvider? _provider;
    private RequestDelegate? _scrape;
    private IPlaneGauges? _gauges;

    public async Task WriteAsync(HttpContext context)
    {
        var scrape = Prepared();
        await _gauges!.RefreshAsync(context.RequestAborted);
        await scrape(context);
    }

    public override void Dispose()
    {
        base.Dispose();
        _provider?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await Task.Delay(AfterStart, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!either.IsCancellationRequested)
        {
            Prepared();
        }
    }

    private RequestDelegate Prepared()
    {
        lock (_gate)
        {
            if (_scrape is null)
            {
                _gauges = services.GetRequiredService<IPlaneGauges>();
                _provider = Build(_gauges.Meter);
                _scrape = new ApplicationBuilder(services)
                    .UseOpenTelemetryPrometheusScrapingEndpoint(_provider, _ => true, null, null, null).Build();
            }

            return _scrape;
        }
    }

    private static MeterProvider Build(string meter) => Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.Clear().AddService(
            meter.Replace('.', '-').ToLowerInvariant(), serviceVersion: BinaryVersion.Text, autoGenerateServiceInstanceId: false))
        .AddMeter(meter, "System.Runtime", "Microsoft.AspNetCore.Hosting")
        .AddView(instrument => instrument.Name switch
        {
            "http.server.request.duration" => Of("http.route", "http.response.status_code"),
            "http.server.active_requests" => Of(),
            _ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries },
        })
        .AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = 0)
        .Build();

    private static MetricStreamConfiguration Of(params string[] labels) =>
        new() { TagKeys = labels, CardinalityLimit = MaxSeries };
}
