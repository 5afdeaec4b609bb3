using System.Diagnostics.Metrics;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Host.Ops;

namespace Union.Host.Planes.Compute;

internal sealed class ComputePlaneGauges : IPlaneGauges
{
    private readonly AttemptJournal _journal;
    private long _unacknowledged;

    public ComputePlaneGauges(
        IMeterFactory factory, AttemptJournal journal, RunningAttempts running, IExecutor executor, LinkStatus link)
    {
        _journal = journal;
#pragma warning disable CA2000 // The factory owns it.
        var meter = factory.Create(Meter);
#pragma warning restore CA2000
        meter.CreateObservableGauge(
            "union.executor.running", () => running.Count, "{attempt}", "Attempts that run now.");
        meter.CreateObservableGauge(
            "union.executor.waiting", () => running.Places.Waiting, "{attempt}",
            "Attempts among them that only wait for their children.");
        meter.CreateObservableGauge(
            "union.executor.capacity", () => executor.Capabilities.Parallel, "{attempt}", "Attempts that may run at once.");
        meter.CreateObservableGauge(
            "union.link.connected", () => link.IsConnected ? 1 : 0, null, "1 while this cluster has a session.");
        meter.CreateObservableGauge(
            "union.events.unacknowledged", () => _unacknowledged, "{event}",
            "Events of attempts that the control plane has not acknowledged.");
    }

    public string Meter => "Union.ComputePlane";

    public async Task RefreshAsync(CancellationToken cancellationToken) =>
        _unacknowledged = await _journal.CountPendingAsync(cancellationToken);
}
