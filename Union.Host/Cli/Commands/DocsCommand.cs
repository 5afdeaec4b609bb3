using System.CommandLine;

namespace Union.Host.Cli.Commands;

/// <summary><c>union docs cli</c>: writes docs/cli.md. Hidden: it is for those who build this program.</summary>
internal sealed class DocsCommand : UnionCommand
{
    public DocsCommand(CliContext context, Func<RootCommand> root)
        : base(context, "docs", "Write reference pages.")
    {
        Hidden = true;
        var cli = new Command("cli", "Write docs/cli.md to standard output.");
        cli.SetAction(_ => context.Out.Write(CommandLineReference.Write(root())));
        Add(cli);
    }
}
