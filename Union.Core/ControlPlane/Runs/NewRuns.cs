using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Queues;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What starting a run writes, whether a caller or a trigger asked for it.</summary>
internal static class NewRuns
{
    public static async Task<ActionRow> InsertAsync(
        Session session, ChangeSet changes, CreateRun request, string org, string subject, DateTimeOffset now)
    {
        await ProjectStore.EnsureActiveAsync(session, org, request.Project);
        var queue = request.Queue.Length > 0 ? request.Queue : QueueRow.DefaultName;
        var recovers = request.Recovers is null ? null : await Recovery.RecoverableRunAsync(session, org, request);
        var run = Row(request, recovers, org, subject, now);
        var runId = await RunStore.InsertAsync(session, run);
        await RunListStore.InsertLabelsAsync(session, runId, run);
        var taskId = await TaskStore.EnsureAsync(session, request.Task.Row(
            new ProjectScope(org, request.Project, request.Domain), now.ToMicros()));
        var machine = new ActionMachine(session, changes, now);
        var root = await machine.CreateAsync(new NewAction(
            org, runId, Names.RootAction, null, "", taskId, request.ClusterId, 0, request.InputUri)
        {
            Queue = queue,
            Share = request.Project,
            QueueState = await QueueEntry.EnterAsync(session, org, request.ClusterId, queue),
        });
        await Recovery.TakeTracesAsync(session, machine, root);
        return root;
    }

    private static RunRow Row(CreateRun request, RunRow? recovers, string org, string subject, DateTimeOffset now) => new(
        0, org, request.Project, request.Domain, request.Name ?? Names.NewRun(), request.ClusterId,
        request.Projection.ToArray(), request.PrivatePart, request.Digest, request.Source, now.ToMicros(), subject, 0,
        // A run that goes on where another ended is of the same moment: stock clients make the names of children of it.
        request.StartTime?.ToMicros() ?? recovers?.StartTime ?? now.ToMicros(), request.Task.Name, request.Task.Version,
        LabelText.Write(request.Labels), request.Trigger?.Key.Task ?? "", request.Trigger?.Key.Name ?? "", request.Trigger?.Revision ?? 0,
        recovers?.Id ?? 0, recovers is null ? "" : $" {string.Join(' ', request.RerunActions)} ");
}
