using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Core.Boundary;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union context</c>: the control planes that a person uses, by name.</summary>
internal sealed class ContextCommand : UnionCommand
{
    public ContextCommand(CliContext context, CommonOptions common)
        : base(context, "context", "Name the control planes that you use, and choose one.")
    {
        Examples =
        [
            "union context add work --endpoint https://union.example.com --ca ca.pem --token-file ~/.config/union/work.token",
            "union context use work", "union context list",
        ];
        Add(new List(context, common));
        Add(new Use(context));
        Add(new AddOne(context));
    }

    private sealed class List : UnionCommand
    {
        public List(CliContext context, CommonOptions common)
            : base(context, "list", "The contexts; * is the current one.")
        {
            common.AddOutput(this);
            Handle((parsed, _) => Task.FromResult(Write(common.IsJson(parsed))));
        }

        private ExitCode Write(bool isJson)
        {
            var file = ContextFile.Of(Context);
            var contexts = file.Contexts.OrderBy(c => c.Key, StringComparer.Ordinal).ToList();
            if (isJson)
            {
                Json.WriteDocument(Context, Json.Array(contexts.Select(c => new JsonObject
                {
                    ["name"] = c.Key,
                    ["current"] = c.Key == file.CurrentName,
                    ["endpoint"] = c.Value.Endpoint,
                    ["ca"] = c.Value.Ca,
                    ["project"] = c.Value.Project,
                    ["domain"] = c.Value.Domain,
                    ["tokenFile"] = c.Value.TokenFile,
                })));
                return ExitCode.Done;
            }

            var table = new Table("", "CONTEXT", "ENDPOINT", "PROJECT", "DOMAIN");
            foreach (var (name, one) in contexts)
            {
                table.Add(name == file.CurrentName ? "*" : "", name, one.Endpoint ?? "", one.Project ?? "", one.Domain ?? "");
            }

            table.Write(Context);
            return ExitCode.Done;
        }
    }

    private sealed class Use : UnionCommand
    {
        public Use(CliContext context)
            : base(context, "use", "Make a context the current one.")
        {
            var name = new Argument<string>("NAME") { Description = "Name of the context." };
            Add(name);
            Handle((parsed, _) => Task.FromResult(Choose(parsed.GetRequiredValue(name))));
        }

        private ExitCode Choose(string name)
        {
            var file = ContextFile.Of(Context);
            if (!file.Contexts.ContainsKey(name))
            {
                throw new CliError(ExitCode.NotFound, $"There is no context '{name}'.", "'union context list' shows them.");
            }

            (file with { CurrentName = name }).Save();
            Context.Out.WriteLine($"{Printable.Line(name)} is the current context.");
            return ExitCode.Done;
        }
    }

    private sealed class AddOne : UnionCommand
    {
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the context; a known one is replaced." };
        private readonly Option<string> _endpoint = new("--endpoint")
        {
            Description = "Address of the control plane.",
            HelpName = "URL",
            Required = true,
        };

        private readonly Option<string?> _ca = new("--ca") { Description = "File with the certificate authority to trust.", HelpName = "FILE" };
        private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File with the token.", HelpName = "FILE" };
        private readonly Option<string?> _project = new("--project", "-p") { Description = "Project of this context." };
        private readonly Option<string?> _domain = new("--domain", "-d") { Description = "Domain of this context." };

        public AddOne(CliContext context)
            : base(context, "add", "Add a context; the first one becomes the current one.")
        {
            Examples = ["union context add work --endpoint https://union.example.com --token-file ~/work.token"];
            foreach (var symbol in new Option[] { _endpoint, _ca, _tokenFile, _project, _domain })
            {
                Add(symbol);
            }

            Add(_name);
            Handle((parsed, _) => Task.FromResult(AddContext(parsed)));
        }

        private ExitCode AddContext(ParseResult parsed)
        {
            var name = parsed.GetRequiredValue(_name);
            if (!Names.IsResource(name))
            {
                throw new CliError(ExitCode.WrongUsage, $"'{name}' must be 1 to 63 letters, digits, '.', '_' or '-'.");
            }

            var endpoint = ConnectionSettings.ParseEndpoint(parsed.GetRequiredValue(_endpoint));
            ContextFile.Of(Context).With(name, new UnionContext(
                endpoint.GetLeftPart(UriPartial.Authority), Full(parsed.GetValue(_ca)), parsed.GetValue(_project),
                parsed.GetValue(_domain), Full(parsed.GetValue(_tokenFile)))).Save();
            Context.Out.WriteLine($"{Printable.Line(name)} is added.");
            return ExitCode.Done;
        }

        private string? Full(string? path) =>
            path is null ? null : Path.GetFullPath(Context.Environment.Expand(path), Context.Folder);
    }
}
