using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Task;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Tasks;

/// <summary><c>union get tasks</c>: the newest version of each, or every version of one.</summary>
internal sealed class GetTasksCommand : UnionCommand
{
    private const int PageSize = 100;
    private const int Max = 10_000;

    private readonly CommonOptions _common;
    private readonly Argument<string?> _name = new("TASK")
    {
        Description = "Show every version of this task.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public GetTasksCommand(CliContext context, CommonOptions common)
        : base(context, "tasks", "The deployed tasks of a project, or the versions of one.")
    {
        _common = common;
        Examples = ["union get tasks", "union get tasks monthly-rain --output json"];
        Add(_name);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(GetAsync);
    }

    private async Task<ExitCode> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var rows = parsed.GetValue(_name) is { } name
            ? await VersionsAsync(client, name, cancellationToken)
            : await TasksAsync(client, cancellationToken);
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(rows.Select(row => new JsonObject
            {
                ["task"] = row.Task,
                ["version"] = row.Version,
                ["deployedAt"] = Json.Of(row.DeployedAt),
                ["deployedBy"] = row.DeployedBy,
                ["triggers"] = row.Triggers,
            })));
            return ExitCode.Done;
        }

        var table = new Table("TASK", "VERSION", "DEPLOYED", "BY", "TRIGGERS");
        foreach (var row in rows)
        {
            table.Add(
                row.Task, row.Version, Phases.Show(row.DeployedAt), row.DeployedBy,
                row.Triggers?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
        }

        table.Write(Context);
        return ExitCode.Done;
    }

    private static async Task<List<Row>> TasksAsync(UnionClient client, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        var request = new ListTasksRequest { ProjectId = client.Project, Request = new ListRequest { Limit = PageSize } };
        do
        {
            var page = await client.Tasks.ListTasksAsync(request, cancellationToken: cancellationToken);
            rows.AddRange(page.Tasks.Select(task => new Row(
                task.TaskId.Name, task.TaskId.Version, task.Metadata?.DeployedAt, SubjectOf(task.Metadata?.DeployedBy),
                task.Metadata?.TriggersSummary?.Stats?.Total)));
            request.Request.Token = page.Token;
        }
        while (request.Request.Token.Length > 0 && rows.Count < Max);

        return rows;
    }

    private static async Task<List<Row>> VersionsAsync(
        UnionClient client, string name, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        var request = new ListVersionsRequest
        {
            TaskName = new TaskName { Project = client.Project.Name, Domain = client.Project.Domain, Name = name },
            Request = new ListRequest { Limit = PageSize },
        };
        do
        {
            var page = await client.Tasks.ListVersionsAsync(request, cancellationToken: cancellationToken);
            rows.AddRange(page.Versions.Select(
                version => new Row(name, version.Version, version.DeployedAt, SubjectOf(version.DeployedBy), null)));
            request.Request.Token = page.Token;
        }
        while (request.Request.Token.Length > 0 && rows.Count < Max);

        return rows;
    }

    private static string SubjectOf(EnrichedIdentity? identity) => identity?.User?.Id?.Subject ?? "";

    private sealed record Row(
        string Task, string Version, Google.Protobuf.WellKnownTypes.Timestamp? DeployedAt, string DeployedBy,
        uint? Triggers);
}
