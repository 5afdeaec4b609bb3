using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Host.Configuration;

namespace Union.Host.Cli.Commands;

/// <summary><c>union config</c>: what the planes would be started with.</summary>
internal sealed class ConfigCommand : UnionCommand
{
    public ConfigCommand(CliContext context, CommonOptions common)
        : base(context, "config", "Show and check the configuration of the planes.")
    {
        Examples = ["union config show", "union config check union.yaml"];
        Add(new Show(context, common));
        Add(new Check(context));
    }

    private sealed class Show : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Option<string?> _config = new("--config")
        {
            Description = "The file. Default: $UNION_CONFIG, else union.yaml in this folder where there is one.",
            HelpName = "FILE",
        };

        public Show(CliContext context, CommonOptions common)
            : base(context, "show", "Every value in effect, and where it came from. Secrets are named, never shown.")
        {
            _common = common;
            Add(_config);
            common.AddOutput(this);
            Handle((parsed, _) => Task.FromResult(ShowValues(parsed)));
        }

        private ExitCode ShowValues(ParseResult parsed)
        {
            var loaded = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_config));
            if (_common.IsJson(parsed))
            {
                Json.WriteDocument(Context, Json.Array(loaded.Values.Select(value => new JsonObject
                {
                    ["key"] = value.Path,
                    ["value"] = value.Value,
                    ["origin"] = value.Origin,
                })));
                return ExitCode.Done;
            }

            var table = new Table("KEY", "VALUE", "FROM");
            foreach (var value in loaded.Values)
            {
                table.Add(value.Path, value.Value, value.Origin);
            }

            table.Write(Context);
            return ExitCode.Done;
        }
    }

    private sealed class Check : UnionCommand
    {
        private readonly Argument<string?> _file = new("FILE")
        {
            Description = "The file to check. Default: $UNION_CONFIG, else union.yaml in this folder.",
            Arity = ArgumentArity.ZeroOrOne,
        };

        public Check(CliContext context)
            : base(context, "check", "Read a configuration file and report everything that is wrong with it.")
        {
            Add(_file);
            Handle((parsed, _) => Task.FromResult(CheckFile(parsed)));
        }

        private ExitCode CheckFile(ParseResult parsed)
        {
            var loaded = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_file));
            if (loaded.File is null)
            {
                throw new CliError(ExitCode.NotFound, "There is no union.yaml in this folder.", "Name the file: union config check FILE.");
            }

            Context.Out.WriteLine($"{Printable.Line(loaded.File)} is right.");
            return ExitCode.Done;
        }
    }
}
