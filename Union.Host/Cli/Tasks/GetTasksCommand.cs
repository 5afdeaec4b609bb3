using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Task;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Tasks;

/// <summary><c>union get tasks</c>: the newest version of each, or every version of one.</summary>
internal sealed class GetTasksCommand : ListCommand<GetTasksCommand.Row>
{
    private readonly Argument<string?> _name = new("TASK")
    {
        Description = "Show every version of this task.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public GetTasksCommand(CliContext context, CommonOptions common)
        : base(
            context, common, "tasks", "The deployed tasks of a project, or the versions of one.",
            "TASK", "VERSION", "DEPLOYED", "BY", "TRIGGERS")
    {
        Examples = ["union get tasks", "union get tasks monthly-rain --output json"];
        Add(_name);
        AddCommonOptions();
    }

    protected override Task<IReadOnlyList<Row>> ReadAsync(
        UnionClient client, ParseResult parsed, CancellationToken cancellationToken) =>
        parsed.GetValue(_name) is { } name ? VersionsAsync(client, name, cancellationToken) : TasksAsync(client, cancellationToken);

    protected override JsonObject Describe(Row row) => new()
    {
        ["task"] = row.Task,
        ["version"] = row.Version,
        ["deployedAt"] = Json.Of(row.DeployedAt),
        ["deployedBy"] = row.DeployedBy,
        ["triggers"] = row.Triggers,
    };

    protected override string[] Show(Row row) =>
        [row.Task, row.Version, Phases.Show(row.DeployedAt), row.DeployedBy, FormattableString.Invariant($"{row.Triggers}")];

    private static Task<IReadOnlyList<Row>> TasksAsync(UnionClient client, CancellationToken cancellationToken)
    {
        var request = new ListTasksRequest { ProjectId = client.Project, Request = new ListRequest { Limit = PageSize } };
        return ReadPagesAsync(async token =>
        {
            request.Request.Token = token;
            var page = await client.Tasks.ListTasksAsync(request, cancellationToken: cancellationToken);
            var rows = page.Tasks.Select(task => new Row(
                task.TaskId.Name, task.TaskId.Version, task.Metadata?.DeployedAt, SubjectOf(task.Metadata?.DeployedBy),
                task.Metadata?.TriggersSummary?.Stats?.Total));
            return (rows, page.Token);
        });
    }

    private static Task<IReadOnlyList<Row>> VersionsAsync(UnionClient client, string name, CancellationToken cancellationToken)
    {
        var request = new ListVersionsRequest
        {
            TaskName = new TaskName { Project = client.Project.Name, Domain = client.Project.Domain, Name = name },
            Request = new ListRequest { Limit = PageSize },
        };
        return ReadPagesAsync(async token =>
        {
            request.Request.Token = token;
            var page = await client.Tasks.ListVersionsAsync(request, cancellationToken: cancellationToken);
            var rows = page.Versions.Select(
                version => new Row(name, version.Version, version.DeployedAt, SubjectOf(version.DeployedBy), Triggers: null));
            return (rows, page.Token);
        });
    }

    private static string SubjectOf(EnrichedIdentity? identity) => identity?.User?.Id?.Subject ?? "";

    internal sealed record Row(
        string Task, string Version, Google.Protobuf.WellKnownTypes.Timestamp? DeployedAt, string DeployedBy,
        uint? Triggers);
}
