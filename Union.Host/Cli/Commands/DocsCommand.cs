using System.CommandLine;
using Union.Host.Cli.Docs;

namespace Union.Host.Cli.Commands;

/// <summary><c>union docs PAGE</c>: writes a generated page of docs/. Hidden: it is for those who build this program.</summary>
internal sealed class DocsCommand : UnionCommand
{
    public DocsCommand(CliContext context, Func<RootCommand> root)
        : base(context, "docs", "Write reference pages.")
    {
        Hidden = true;
        AddPage("cli", () => CommandLineReference.Write(root()));
        AddPage("stored-fields", StoredFieldsReference.Write);
        AddPage("keys", KeysReference.Write);
        AddPage("api", ApiReference.Write);
    }

    private void AddPage(string name, Func<string> write)
    {
        var page = new Command(name, $"Write docs/{name}.md to standard output.");
        page.SetAction(_ => Context.Out.Write(write()));
        Add(page);
    }
}
