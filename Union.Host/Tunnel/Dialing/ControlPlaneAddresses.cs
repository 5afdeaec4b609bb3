using Union.Core.Boundary.Clusters;
using Union.Core.ComputePlane.Link;

namespace Union.Host.Tunnel.Dialing;

/// <summary>
/// Where the control plane is: the address that the cluster was enrolled at, and those of its replicas as the control
/// plane names them. The first stays whatever is named, or a cluster that was away too long would have nowhere to go.
/// </summary>
internal sealed class ControlPlaneAddresses(HostAndPort enrolled) : IReplicaSink
{
    /// <summary>More are not believed: the list comes from outside.</summary>
    private const int MaxReplicas = 16;

    private readonly Lock _gate = new();
    private IReadOnlyList<HostAndPort> _all = [enrolled];

    /// <summary>Another list, told to whoever listens after it can be read.</summary>
    public event Action? Changed;

    public IReadOnlyList<HostAndPort> All => Volatile.Read(ref _all);

    public void Accept(IReadOnlyList<string> replicas)
    {
        var named = replicas.Select(text => HostAndPort.TryParse(text, out var address) ? address : null).OfType<HostAndPort>();
        HostAndPort[] all = [.. named.Prepend(enrolled).Distinct().Take(MaxReplicas + 1)];
        lock (_gate)
        {
            if (all.SequenceEqual(_all))
            {
                return;
            }

            Volatile.Write(ref _all, all);
        }

        Changed?.Invoke();
    }
}
