namespace Union.Host.Configuration;

/// <summary>Everything that <c>union.yaml</c> says, checked, with every default filled in.</summary>
internal sealed record UnionConfiguration(
    ControlPlaneConfiguration ControlPlane, ComputePlaneConfiguration ComputePlane, TelemetryConfiguration Telemetry);

internal sealed record TelemetryConfiguration(LogFormat Logs);

internal enum LogFormat
{
    Text,
    Json,
}
