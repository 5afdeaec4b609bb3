using Union.Core.Boundary;

namespace Union.Host.Forwarding;

/// <summary>Which clusters an org has.</summary>
internal interface IClusterDirectory
{
    /// <summary>False for a foreign cluster as for an unknown one.</summary>
    ValueTask<bool> ExistsAsync(string org, string clusterId, CancellationToken cancellationToken);

    /// <summary>The cluster of a run, or without one the cluster that the org's new work goes to.</summary>
    Task<string> RouteAsync(string org, RunId? run, CancellationToken cancellationToken);
}
