using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Project;

namespace Union.Host.Cli.Projects;

/// <summary><c>union get projects</c> and <c>union project list</c>.</summary>
internal sealed class ListProjectsCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Option<bool> _all = new("--all") { Description = "The archived ones too." };

    public ListProjectsCommand(CliContext context, CommonOptions common, string name)
        : base(context, name, "The projects that runs can be started in.")
    {
        _common = common;
        Add(_all);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(ListAsync);
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var projects = new List<Project>();
        var request = new ListProjectsRequest { Limit = 100, Filters = parsed.GetValue(_all) ? "" : "eq(state, 0)" };
        do
        {
            var page = (await client.Projects.ListProjectsAsync(request, cancellationToken: cancellationToken)).Projects;
            projects.AddRange(page.Projects_);
            request.Token = page.Token;
        }
        while (request.Token.Length > 0 && projects.Count < 10_000);

        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(projects.Select(project => new JsonObject
            {
                ["project"] = project.Id,
                ["title"] = project.Name,
                ["description"] = project.Description,
                ["state"] = StateOf(project),
                ["domains"] = Json.Array(project.Domains.Select(domain => JsonValue.Create(domain.Id))),
            })));
            return ExitCode.Done;
        }

        var table = new Table("PROJECT", "TITLE", "STATE", "DESCRIPTION");
        foreach (var project in projects)
        {
            table.Add(project.Id, project.Name, StateOf(project), project.Description);
        }

        table.Write(Context);
        return ExitCode.Done;
    }

    private static string StateOf(Project project) => project.State == ProjectState.Active ? "active" : "archived";
}
