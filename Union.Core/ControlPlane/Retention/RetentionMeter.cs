using System.Diagnostics.Metrics;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Retention;

/// <summary>What this process has forgotten, and whether it keeps up: how old the oldest run is that is remembered.</summary>
public sealed class RetentionMeter
{
    private readonly Counter<long> _removed;
    private readonly TimeProvider _time;
    private long? _oldest;

    public RetentionMeter(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
#pragma warning disable CA2000 // The factory owns it.
        var meter = factory.Create("Union.ControlPlane");
#pragma warning restore CA2000
        _removed = meter.CreateCounter<long>("union.retention.removed", "{row}", "Rows that retention has removed.");
        meter.CreateObservableGauge(
            "union.retention.oldest", Age, "s", "Age of the oldest run that is remembered, as of the last look.");
    }

    internal void Swept(Pruned pruned, long? oldest)
    {
        _oldest = oldest;
        Add("run", pruned.Runs);
        Add("action", pruned.Actions);
        Add("audit", pruned.Audit);
        Add("other", pruned.Others);
    }

    private IEnumerable<Measurement<double>> Age() =>
        _oldest is { } at ? [new Measurement<double>((_time.GetUtcNow().ToMicros() - at) / 1e6)] : [];

    private void Add(string kind, long count) => _removed.Add(count, new KeyValuePair<string, object?>("kind", kind));
}
