namespace Union.Core.ComputePlane.Link;

/// <summary>Whether this cluster has a session with its control plane, for health and for those who wait for it.</summary>
public sealed class LinkStatus
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Session? _session;

    public bool IsConnected => _session is not null;

    public string? ClusterId => _session?.ClusterId;

    /// <summary>Completes with the first session of this process.</summary>
    public Task FirstSession => _first.Task;

    public void Connected(string clusterId, string org)
    {
        _session = new Session(clusterId, org);
        _first.TrySetResult();
    }

    public void Disconnected() => _session = null;

    private sealed record Session(string ClusterId, string Org);
}
