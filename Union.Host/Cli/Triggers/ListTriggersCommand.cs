using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Trigger;

namespace Union.Host.Cli.Triggers;

/// <summary><c>union get triggers</c> and <c>union trigger list</c>.</summary>
internal sealed class ListTriggersCommand : UnionCommand
{
    private const int PageSize = 100;
    private const int Max = 10_000;

    private readonly CommonOptions _common;

    public ListTriggersCommand(CliContext context, CommonOptions common, string name)
        : base(context, name, "The triggers of a project.")
    {
        _common = common;
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(ListAsync);
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var triggers = new List<Trigger>();
        var request = new ListTriggersRequest { ProjectId = client.Project, Request = new ListRequest { Limit = PageSize } };
        do
        {
            var page = await client.Triggers.ListTriggersAsync(request, cancellationToken: cancellationToken);
            triggers.AddRange(page.Triggers);
            request.Request.Token = page.Token;
        }
        while (request.Request.Token.Length > 0 && triggers.Count < Max);

        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(triggers.Select(Of)));
            return ExitCode.Done;
        }

        var table = new Table("TASK", "TRIGGER", "ACTIVE", "SCHEDULE", "FIRED FOR");
        foreach (var trigger in triggers)
        {
            var name = trigger.Id.Name;
            table.Add(
                name.TaskName, name.Name, trigger.Active ? "yes" : "no", Show(trigger.AutomationSpec?.Schedule),
                Phases.Show(trigger.Status?.TriggeredAt));
        }

        table.Write(Context);
        return ExitCode.Done;
    }

    private static JsonObject Of(Trigger trigger) => new()
    {
        ["task"] = trigger.Id.Name.TaskName,
        ["trigger"] = trigger.Id.Name.Name,
        ["revision"] = trigger.Id.Revision,
        ["active"] = trigger.Active,
        ["schedule"] = Show(trigger.AutomationSpec?.Schedule),
        ["triggeredAt"] = Json.Of(trigger.Status?.TriggeredAt),
        ["updatedAt"] = Json.Of(trigger.Status?.UpdatedAt),
    };

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
