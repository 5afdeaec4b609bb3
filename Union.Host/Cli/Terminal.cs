using Spectre.Console;

namespace Union.Host.Cli;

/// <summary>All that needs Spectre.Console: apart, so that its assembly is loaded for people on a terminal only.</summary>
internal static class Terminal
{
    public static void Write(TextWriter writer, Table table)
    {
        var drawn = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var heading in table.Headings)
        {
            drawn.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))).NoWrap());
        }

        foreach (var row in table.Rows)
        {
            drawn.AddRow(row.Select(cell => new Text(cell, StyleOf(cell))));
        }

        Open(writer).Write(drawn);
    }

    /// <summary>Draws a tree again and again while <paramref name="body"/> runs.</summary>
    public static Task LiveAsync(TextWriter writer, Func<Action<TreeLine>, Task> body) =>
        Open(writer).Live(new Text("")).StartAsync(live => body(root => live.UpdateTarget(Draw(root))));

    /// <summary>A value that the terminal does not show while it is typed.</summary>
    public static Task<string> AskSecretAsync(TextWriter writer, string prompt, CancellationToken cancellationToken) =>
        Open(writer).PromptAsync(new TextPrompt<string>(Markup.Escape(prompt)).Secret('*'), cancellationToken);

    private static IAnsiConsole Open(TextWriter writer) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

    private static Tree Draw(TreeLine root)
    {
        var tree = new Tree(TextOf(root)) { Guide = TreeGuide.Line };
        AddTo(tree, root);
        return tree;
    }

    private static void AddTo(IHasTreeNodes parent, TreeLine line)
    {
        foreach (var child in line.Children)
        {
            AddTo(parent.AddNode(TextOf(child)), child);
        }
    }

    private static Text TextOf(TreeLine line) => new(line.Text, StyleOf(line.Phase));

    private static Style StyleOf(string word) => word switch
    {
        "SUCCEEDED" or "RECOVERED" or "online" or "ok" => new Style(Color.Green),
        "FAILED" or "TIMED_OUT" or "revoked" or "failed" => new Style(Color.Red),
        "ABORTED" or "PAUSED" or "unreachable" or "warning" => new Style(Color.Yellow),
        "RUNNING" => new Style(Color.Blue),
        "QUEUED" or "WAITING" or "INITIALIZING" or "skipped" => new Style(Color.Grey),
        _ => Style.Plain,
    };
}

/// <summary>A line of a tree, with the phase that colours it.</summary>
internal sealed record TreeLine(string Text, string Phase, IReadOnlyList<TreeLine> Children);
