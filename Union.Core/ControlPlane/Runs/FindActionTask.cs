using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>The task of an action that belongs to the calling cluster: the encoded projection of its TaskSpec.</summary>
public sealed record FindActionTask(string Project, string Domain, string Run, string Action)
    : IUseCase<ReadOnlyMemory<byte>>, IClusterRequest;

internal sealed class FindActionTaskHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<FindActionTask, ReadOnlyMemory<byte>>
{
    public Task<ReadOnlyMemory<byte>> Handle(FindActionTask request, CancellationToken cancellationToken)
    {
        var (org, clusterId) = (caller.Cluster.Org, caller.Cluster.ClusterId);
        var id = new ActionId(new RunId(org, request.Project, request.Domain, request.Run), request.Action);
        return database.ReadAsync<ReadOnlyMemory<byte>>(
            org,
            async session =>
            {
                // An action of another cluster is as unknown to this one as none; a trace or a condition has no task.
                var action = await ActionStore.FindAsync(session, id);
                return action is { Kind: ActionKind.Task } && action.ClusterId == clusterId
                    ? (await TaskStore.FindAsync(session, org, action.TaskId))!.Projection
                    : throw RunErrors.NoSuchAction(id);
            },
            cancellationToken);
    }
}
