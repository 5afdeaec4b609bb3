namespace Union.Host.Configuration;

/// <summary>Everything that <c>union.yaml</c> says, checked, with every default filled in.</summary>
internal sealed record UnionConfiguration(
    ControlPlaneConfiguration ControlPlane, ComputePlaneConfiguration ComputePlane, TelemetryConfiguration Telemetry);

/// <param name="Level">Of what this program itself logs; it never logs customer data, at any level.</param>
internal sealed record TelemetryConfiguration(LogFormat Logs, LogLevel Level);

internal enum LogFormat
{
    Text,
    Json,
}
