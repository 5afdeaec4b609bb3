namespace Union.Host.Cli;

/// <summary>Rows with a heading: drawn for people on a terminal, aligned columns elsewhere.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    public IReadOnlyList<string> Headings => headings;

    public IReadOnlyList<string[]> Rows => _rows;

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Line)]);

    public void Write(CliContext context)
    {
        if (context.IsTerminal)
        {
            Terminal.Write(context.Out, this);
            return;
        }

        var widths = headings.Select((heading, i) => _rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToList();
        foreach (var row in _rows.Prepend(headings))
        {
            var cells = row.Select((cell, i) => cell.PadRight(widths[i]));
            context.Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
