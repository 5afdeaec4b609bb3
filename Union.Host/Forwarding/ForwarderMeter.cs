using System.Diagnostics.Metrics;

namespace Union.Host.Forwarding;

/// <summary>How many calls and bytes went through; whose and what, nobody counts.</summary>
internal sealed class ForwarderMeter
{
    private static readonly KeyValuePair<string, object?> Up = new("direction", "to_cluster");
    private static readonly KeyValuePair<string, object?> Down = new("direction", "from_cluster");

    private readonly Counter<long> _bytes;
    private readonly Counter<long> _calls;

    public ForwarderMeter(IMeterFactory factory)
    {
#pragma warning disable CA2000 // The factory owns it.
        var meter = factory.Create("Union.ControlPlane");
#pragma warning restore CA2000
        _bytes = meter.CreateCounter<long>("union.forwarder.bytes", "By", "Bytes of bodies that were passed on.");
        _calls = meter.CreateCounter<long>("union.forwarder.calls", "{call}", "Calls to clusters, by how they ended.");
    }

    public void Sent(int bytes) => _bytes.Add(bytes, Up);

    public void Received(int bytes) => _bytes.Add(bytes, Down);

    /// <param name="outcome"><c>passed</c>, or the reason of the refusal.</param>
    public void Ended(string outcome) => _calls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
