using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Project;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Projects;

/// <summary><c>union get projects</c> and <c>union project list</c>.</summary>
internal sealed class ListProjectsCommand : ListCommand<Project>
{
    private readonly Option<bool> _all = new("--all") { Description = "The archived ones too." };

    public ListProjectsCommand(CliContext context, CommonOptions common, string name)
        : base(
            context, common, name, "The projects that runs can be started in.",
            "PROJECT", "TITLE", "STATE", "DESCRIPTION")
    {
        Add(_all);
        AddCommonOptions();
    }

    protected override Task<IReadOnlyList<Project>> ReadAsync(
        UnionClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new ListProjectsRequest { Limit = PageSize, Filters = parsed.GetValue(_all) ? "" : "eq(state, 0)" };
        return ReadPagesAsync(async token =>
        {
            request.Token = token;
            var page = (await client.Projects.ListProjectsAsync(request, cancellationToken: cancellationToken)).Projects;
            return (page.Projects_, page.Token);
        });
    }

    protected override JsonObject Describe(Project project) => new()
    {
        ["project"] = project.Id,
        ["title"] = project.Name,
        ["description"] = project.Description,
        ["state"] = StateOf(project),
        ["domains"] = Json.Array(project.Domains.Select(domain => JsonValue.Create(domain.Id))),
    };

    protected override string[] Show(Project project) =>
        [project.Id, project.Name, StateOf(project), project.Description];

    private static string StateOf(Project project) => project.State == ProjectState.Active ? "active" : "archived";
}
