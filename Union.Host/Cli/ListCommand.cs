using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Host.Cli.Client;

namespace Union.Host.Cli;

/// <summary>A command that lists what a control plane has: a table for people, an array of objects for programs.</summary>
internal abstract class ListCommand<T> : UnionCommand
{
    /// <summary>Items that one page is asked for.</summary>
    protected const int PageSize = 100;

    private const int Max = 10_000;

    private readonly string[] _headings;

    protected ListCommand(CliContext context, CommonOptions common, string name, string description, params string[] headings)
        : base(context, name, description)
    {
        (Common, _headings) = (common, headings);
        Handle(ListAsync);
    }

    protected CommonOptions Common { get; }

    /// <summary>What every list takes; a command's own options stand before them.</summary>
    protected void AddCommonOptions()
    {
        Common.AddConnection(this);
        Common.AddOutput(this);
    }

    protected abstract Task<IReadOnlyList<T>> ReadAsync(UnionClient client, ParseResult parsed, CancellationToken cancellationToken);

    /// <summary>An item as docs/output.md describes it.</summary>
    protected abstract JsonObject Describe(T item);

    /// <summary>An item's row, a cell for each heading.</summary>
    protected abstract string[] Show(T item);

    /// <summary>Reads page after page, from the empty token until there is none, at most 10,000 items.</summary>
    protected static async Task<IReadOnlyList<T>> ReadPagesAsync(Func<string, Task<(IEnumerable<T> Items, string Token)>> readPage)
    {
        var items = new List<T>();
        var token = "";
        do
        {
            (var page, token) = await readPage(token);
            items.AddRange(page);
        }
        while (token.Length > 0 && items.Count < Max);

        return items;
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = Common.Connect(parsed);
        var items = await ReadAsync(client, parsed, cancellationToken);
        if (Common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(items.Select(Describe)));
            return ExitCode.Done;
        }

        var table = new Table(_headings);
        foreach (var item in items)
        {
            table.Add(Show(item));
        }

        table.Write(Context);
        return ExitCode.Done;
    }
}
