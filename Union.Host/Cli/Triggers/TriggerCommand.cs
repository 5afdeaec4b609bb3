using System.CommandLine;
using Flyteidl2.Trigger;

namespace Union.Host.Cli.Triggers;

/// <summary><c>union trigger</c>: what starts runs of a deployed task by itself.</summary>
internal sealed class TriggerCommand : UnionCommand
{
    public TriggerCommand(CliContext context, CommonOptions common)
        : base(context, "trigger", "Start runs of a deployed task by a schedule.")
    {
        Examples =
        [
            "union trigger create monthly-rain nightly --cron '0 2 * * *' --time-zone Europe/Berlin",
            "union trigger deactivate monthly-rain nightly",
            "union trigger list",
        ];
        Add(new CreateTriggerCommand(context, common));
        Add(new ListTriggersCommand(context, common, "list"));
        Add(new Change(
            context, common, "activate", "Let a trigger fire. What it missed before stays missed.", "is active",
            (client, name, token) => client.Triggers.UpdateTriggersAsync(
                new UpdateTriggersRequest { Names = { name }, Active = true }, cancellationToken: token).ResponseAsync));
        Add(new Change(
            context, common, "deactivate", "Keep a trigger from firing. Runs that it started go on.", "is not active",
            (client, name, token) => client.Triggers.UpdateTriggersAsync(
                new UpdateTriggersRequest { Names = { name }, Active = false }, cancellationToken: token).ResponseAsync));
        Add(new Change(
            context, common, "delete", "Delete a trigger. Runs that it started go on.", "is deleted",
            (client, name, token) => client.Triggers.DeleteTriggersAsync(
                new DeleteTriggersRequest { Names = { name } }, cancellationToken: token).ResponseAsync));
    }

    public static Argument<string> TaskArgument() => new("TASK") { Description = "Name of the deployed task." };

    public static Argument<string> NameArgument() => new("NAME") { Description = "Name of the trigger, within its task." };

    private sealed class Change : UnionCommand
    {
        public Change(
            CliContext context, CommonOptions common, string name, string description, string done,
            Func<Client.UnionClient, Flyteidl2.Common.TriggerName, CancellationToken, Task> change)
            : base(context, name, description)
        {
            var (task, trigger) = (TaskArgument(), NameArgument());
            Examples = [$"union trigger {name} monthly-rain nightly"];
            Add(task);
            Add(trigger);
            common.AddConnection(this);
            Handle(async (parsed, cancellationToken) =>
            {
                var (taskName, triggerName) = (parsed.GetRequiredValue(task), parsed.GetRequiredValue(trigger));
                using var client = common.Connect(parsed);
                await change(client, client.Trigger(taskName, triggerName), cancellationToken);
                Context.Out.WriteLine($"The trigger {triggerName} of {taskName} {done}.");
                return ExitCode.Done;
            });
        }
    }
}
