namespace Union.Host.Forwarding;

/// <summary>Which clusters an org has.</summary>
internal interface IClusterDirectory
{
    /// <summary>False for a foreign cluster as for an unknown one.</summary>
    ValueTask<bool> ExistsAsync(string org, string clusterId, CancellationToken cancellationToken);
}
