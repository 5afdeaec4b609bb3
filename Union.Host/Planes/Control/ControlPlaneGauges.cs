using System.Diagnostics.Metrics;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Host.Forwarding;
using Union.Host.Ops;
using Union.Host.Tunnel.Accepting;

namespace Union.Host.Planes.Control;

internal sealed class ControlPlaneGauges : IPlaneGauges
{
    private readonly QueueDepth _queue;

    public ControlPlaneGauges(IMeterFactory factory, QueueDepth queue, TunnelRegistry tunnels, StreamCap calls)
    {
        _queue = queue;
#pragma warning disable CA2000 // The factory owns it.
        var meter = factory.Create(Meter);
#pragma warning restore CA2000
        meter.CreateObservableGauge(
            "union.queue.actions", () => (Measurement<long>[])[new(queue.Waiting, State("waiting")), new(queue.Assigned, State("assigned"))],
            "{action}", "Actions that no cluster has taken yet, and those handed to one that has not confirmed them.");
        meter.CreateObservableGauge(
            "union.tunnel.connections", () => tunnels.Connections, "{connection}", "Connections to clusters that are up.");
        meter.CreateObservableGauge(
            "union.tunnel.clusters", () => tunnels.Clusters, "{cluster}", "Clusters with a connection that is up.");
        meter.CreateObservableGauge(
            "union.forwarder.open", () => calls.Open, "{call}", "Calls that are being passed to clusters.");
    }

    public string Meter => "Union.ControlPlane";

    public Task RefreshAsync(CancellationToken cancellationToken) => _queue.LookAsync(Names.DefaultOrg, cancellationToken);

    private static KeyValuePair<string, object?> State(string word) => new("state", word);
}
