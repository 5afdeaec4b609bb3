using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Triggers;

/// <summary><c>union get triggers</c> and <c>union trigger list</c>.</summary>
internal sealed class ListTriggersCommand : ListCommand<Trigger>
{
    public ListTriggersCommand(CliContext context, CommonOptions common, string name)
        : base(
            context, common, name, "The triggers of a project.",
            "TASK", "TRIGGER", "ACTIVE", "SCHEDULE", "FIRED FOR") => AddCommonOptions();

    protected override Task<IReadOnlyList<Trigger>> ReadAsync(
        UnionClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new ListTriggersRequest { ProjectId = client.Project, Request = new ListRequest { Limit = PageSize } };
        return ReadPagesAsync(async token =>
        {
            request.Request.Token = token;
            var page = await client.Triggers.ListTriggersAsync(request, cancellationToken: cancellationToken);
            return (page.Triggers, page.Token);
        });
    }

    protected override JsonObject Describe(Trigger trigger) => new()
    {
        ["task"] = trigger.Id.Name.TaskName,
        ["trigger"] = trigger.Id.Name.Name,
        ["revision"] = trigger.Id.Revision,
        ["active"] = trigger.Active,
        ["schedule"] = Show(trigger.AutomationSpec?.Schedule),
        ["triggeredAt"] = Json.Of(trigger.Status?.TriggeredAt),
        ["updatedAt"] = Json.Of(trigger.Status?.UpdatedAt),
    };

    protected override string[] Show(Trigger trigger) =>
    [
        trigger.Id.Name.TaskName,
        trigger.Id.Name.Name,
        trigger.Active ? "yes" : "no",
        Show(trigger.AutomationSpec?.Schedule),
        Phases.Show(trigger.Status?.TriggeredAt),
    ];

    private static string Show(Schedule? schedule) => schedule switch
    {
        { Cron: { } cron } => cron.Timezone.Length == 0 ? cron.Expression : $"{cron.Expression} {cron.Timezone}",
        { Rate: { } rate } => string.Create(
            CultureInfo.InvariantCulture, $"every {rate.Value}{UnitOf(rate.Unit)}"),
        _ => "",
    };

    private static string UnitOf(FixedRateUnit unit) => unit switch
    {
        FixedRateUnit.Minute => "m",
        FixedRateUnit.Hour => "h",
        FixedRateUnit.Day => "d",
        _ => "",
    };
}
