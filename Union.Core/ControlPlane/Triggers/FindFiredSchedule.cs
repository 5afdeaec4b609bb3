using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>
/// The schedule by which a trigger made a run: that of the revision which fired, whatever the trigger is now. Whoever may
/// see the run may see it; null where that revision is not kept.
/// </summary>
public sealed record FindFiredSchedule(string Project, string Domain, TriggerKey Trigger, long Revision)
    : IUseCase<TriggerSchedule?>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

internal sealed class FindFiredScheduleHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<FindFiredSchedule, TriggerSchedule?>
{
    public Task<TriggerSchedule?> Handle(FindFiredSchedule request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        return database.ReadAsync(
            scope.Org,
            async session => (await TriggerRevisionStore.FindAsync(session, scope, request.Trigger, request.Revision))?.Schedule,
            cancellationToken);
    }
}
