using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>Every change of a trigger: the row takes the next revision, and what it then is is appended to its history.</summary>
internal static class TriggerWriter
{
    /// <summary>Makes the triggers of a task these, and deletes its others; an empty list leaves all as they are.</summary>
    public static async Task ReplaceAllAsync(
        Session session, ProjectScope scope, DeployedTaskRow task, IReadOnlyList<NewTrigger> triggers, string by,
        DateTimeOffset now)
    {
        if (triggers.Count == 0)
        {
            return;
        }

        foreach (var old in await TriggerStore.OfTaskAsync(session, scope, task.Name))
        {
            if (triggers.All(t => t.Name != old.Name))
            {
                await DeleteAsync(session, old, by, now);
            }
        }

        foreach (var trigger in triggers)
        {
            await DeployAsync(session, scope, task, trigger, 0, by, now);
        }
    }

    /// <param name="expected">Revision that the caller has seen; 0 overwrites whatever is there.</param>
    public static async Task<TriggerRow> DeployAsync(
        Session session, ProjectScope scope, DeployedTaskRow task, NewTrigger trigger, long expected, string by,
        DateTimeOffset now)
    {
        await ClusterReferences.EnsureOwnAsync(session, scope.Org, task.ClusterId, [trigger.InputUri]);
        var old = await TriggerStore.FindAsync(session, scope, new TriggerKey(task.Name, trigger.Name));
        if (expected != 0 && expected != (old?.Revision ?? 0))
        {
            throw TriggerErrors.RevisionPassed(trigger.Name, old?.Revision ?? 0);
        }

        var at = now.ToMicros();
        var row = new TriggerRow(
            old?.Id ?? 0, scope.Org, scope.Project, scope.Domain, task.Name, trigger.Name, (old?.Revision ?? 0) + 1,
            trigger.Active ? 1 : 0, NextAt(trigger.Schedule, trigger.Active, now), at, at, at, old?.TriggeredAt, null,
            by, by);
        row = old is null ? row with { Id = await TriggerStore.InsertAsync(session, row) } : row;
        if (old is not null)
        {
            await UpdateAsync(session, row);
        }

        await TriggerRevisionStore.AppendAsync(session, Revision(row, task, trigger));
        return row;
    }

    public static Task SetActiveAsync(Session session, TriggerRow trigger, bool active, string by, DateTimeOffset now) =>
        trigger.Active == (active ? 1 : 0)
            ? Task.CompletedTask
            : ChangeAsync(
                session, trigger, active ? RevisionAction.Activate : RevisionAction.Deactivate, active, null, by, now);

    public static Task DeleteAsync(Session session, TriggerRow trigger, string by, DateTimeOffset now) =>
        ChangeAsync(session, trigger, RevisionAction.Delete, active: false, now.ToMicros(), by, now);

    private static async Task ChangeAsync(
        Session session, TriggerRow trigger, RevisionAction action, bool active, long? deletedAt, string by,
        DateTimeOffset now)
    {
        var last = (await TriggerRevisionStore.FindAsync(session, trigger.Org, trigger.Id, trigger.Revision))!;
        var at = now.ToMicros();
        // What was missed while it was not active stays missed: it is due from now on.
        await UpdateAsync(session, trigger with
        {
            Revision = trigger.Revision + 1,
            Active = active ? 1 : 0,
            NextAt = NextAt(last.Schedule, active, now),
            AnchorAt = at,
            UpdatedAt = at,
            UpdatedBy = by,
            DeletedAt = deletedAt,
        });
        await TriggerRevisionStore.AppendAsync(session, last with
        {
            Revision = trigger.Revision + 1,
            Action = action,
            Active = active ? 1 : 0,
            CreatedAt = at,
            CreatedBy = by,
        });
    }

    private static long? NextAt(TriggerSchedule schedule, bool active, DateTimeOffset now) =>
        active ? schedule.Next(now, now)?.ToMicros() : null;

    private static async Task UpdateAsync(Session session, TriggerRow row)
    {
        if (!await TriggerStore.TryUpdateAsync(session, row))
        {
            throw TriggerErrors.RevisionPassed(row.Name, row.Revision);
        }
    }

    private static TriggerRevisionRow Revision(TriggerRow row, DeployedTaskRow task, NewTrigger trigger)
    {
        var schedule = trigger.Schedule;
        return new TriggerRevisionRow(
            row.Org, row.Id, row.Revision, RevisionAction.Deploy, row.Active, row.UpdatedAt, row.UpdatedBy,
            task.ClusterId, task.Version, trigger.RunProjection.ToArray(), trigger.RunPrivate,
            LabelText.Write(trigger.Labels), trigger.InputUri, trigger.InputsHash, trigger.Description,
            (long)schedule.Kind, schedule.Cron, schedule.TimeZone, schedule.RateValue, (long)schedule.RateUnit,
            schedule.RateStart?.ToMicros(), schedule.KickoffInput);
    }
}
