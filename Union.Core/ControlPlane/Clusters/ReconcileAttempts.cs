using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// Reconciles within a session, so that an event which got lost is found while the connection stands. Safe to repeat:
/// what was given up once is not given up again.
/// </summary>
/// <param name="Held">Attempts that run, or have ended and are not yet acknowledged.</param>
/// <param name="LastEvent">
/// The cluster's newest event when it made the list. Every attempt that a committed event confirmed was then in the list
/// or over; of newer events that could not be said.
/// </param>
public sealed record ReconcileAttempts(string Session, long LastEvent, IReadOnlyList<AttemptKey> Held)
    : IUseCase<Reconciled>, IClusterRequest;

internal sealed class ReconcileAttemptsValidator : AbstractValidator<ReconcileAttempts>
{
    public ReconcileAttemptsValidator()
    {
        RuleFor(r => r.Held.Count).LessThanOrEqualTo(50_000).WithMessage("A cluster may hold 50,000 attempts.");
    }
}

internal sealed class ReconcileAttemptsHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<ReconcileAttempts, Reconciled>
{
    public async Task<Reconciled> Handle(ReconcileAttempts request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var result = await database.WriteAsync(
            caller.Cluster.Org, session => ReconcileAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return result;
    }

    private async Task<Reconciled> ReconcileAsync(Session session, ReconcileAttempts request, ChangeSet changes)
    {
        var cluster = await ClusterStore.LockAsync(session, caller.Cluster);
        if (cluster?.Session != request.Session)
        {
            throw ClusterErrors.NoSession();
        }

        return cluster.AckedEvent <= request.LastEvent
            ? await new Reconciliation(session, caller.Cluster, changes, time.GetUtcNow())
                .RunAsync(request.Held, Unconfirmed.IsSpared)
            : throw new UnionException(
                ErrorCode.OutOfRange, "list_outdated",
                $"The list was made at event {request.LastEvent}, and {cluster.AckedEvent} is committed.",
                "Make the list again, while no report is under way.");
    }
}
