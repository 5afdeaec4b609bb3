using System.CommandLine;
using Union.Host.Cli.Client;

namespace Union.Host.Cli;

/// <summary>Options that many commands share: whom to ask, and how to answer.</summary>
internal sealed class CommonOptions(CliContext context)
{
    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description = "Address of the control plane. Default: $UNION_ENDPOINT, the current context, http://127.0.0.1:8700.",
        HelpName = "URL",
    };

    private readonly Option<string?> _ca = new("--ca")
    {
        Description = "File with the certificate authority to trust in place of the system's.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "File with the token that says who calls. Default: $UNION_TOKEN, the current context's.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _project = new("--project", "-p") { Description = "Project. Default: the context's, or default." };

    private readonly Option<string?> _domain = new("--domain", "-d")
    {
        Description = "Domain of the project. Default: the context's, or development.",
    };

    private readonly Option<string> _output = new Option<string>("--output", "-o")
    {
        Description = "text for people, json for programs.",
        HelpName = "text|json",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    public void AddConnection(Command command)
    {
        command.Add(_endpoint);
        command.Add(_ca);
        if (command.Options.All(o => o.Name != _tokenFile.Name))
        {
            // Two commands write a token to a file of that name.
            command.Add(_tokenFile);
        }

        command.Add(_project);
        command.Add(_domain);
    }

    public void AddOutput(Command command) => command.Add(_output);

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_output) == "json";

    /// <summary>The project that was asked for by name, or null.</summary>
    public string? GivenProject(ParseResult parsed) => parsed.GetValue(_project);

    public string? GivenDomain(ParseResult parsed) => parsed.GetValue(_domain);

    public UnionClient Connect(ParseResult parsed) => new(ConnectionSettings.Resolve(
        context,
        parsed.GetValue(_endpoint),
        parsed.GetValue(_ca),
        parsed.GetValue(_project),
        parsed.GetValue(_domain),
        parsed.GetValue(_tokenFile)));
}
