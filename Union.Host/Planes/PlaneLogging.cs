using Union.Host.Configuration;

namespace Union.Host.Planes;

internal static class PlaneLogging
{
    /// <summary>What the framework may say below a warning: connections and calls, by number and by method.</summary>
    private static readonly string[] Harmless =
    [
        "Microsoft.AspNetCore.Server.Kestrel.Connections", "Microsoft.AspNetCore.Server.Kestrel.Http2",
        "Microsoft.Hosting.Lifetime", "Grpc.AspNetCore.Server.Internal",
    ];

    /// <summary>
    /// Logs to standard error: text for people, JSON for collectors. Nothing logs request targets or bodies, at any level:
    /// of the framework's categories, below a warning, only those speak that are known to keep to that.
    /// </summary>
    public static void AddPlaneLogging(this ILoggingBuilder logging, TelemetryConfiguration telemetry)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(Quieter(telemetry.Level, LogLevel.Warning));
        logging.AddFilter("Union", telemetry.Level);
        foreach (var category in telemetry.Level < LogLevel.Information ? Harmless : [])
        {
            logging.AddFilter(category, telemetry.Level);
        }

        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        if (telemetry.Logs == LogFormat.Json)
        {
            logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
    }

    private static LogLevel Quieter(LogLevel one, LogLevel other) => one > other ? one : other;
}
