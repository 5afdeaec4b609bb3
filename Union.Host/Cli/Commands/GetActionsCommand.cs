using System.CommandLine;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Workflow;
using Union.Host.Cli.Runs;

namespace Union.Host.Cli.Commands;

internal sealed class GetActionsCommand : UnionCommand
{
    private const int MaxShown = 10_000;

    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();

    public GetActionsCommand(CliContext context, CommonOptions common)
        : base(context, "actions", "The actions of a run, each below the one that started it.")
    {
        _common = common;
        Examples = ["union get actions r4k2"];
        Add(_run);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(GetAsync);
    }

    private async Task<ExitCode> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var tree = new ActionTree();
        var token = "";
        do
        {
            var request = new ListActionsRequest
            {
                RunId = client.Run(parsed.GetRequiredValue(_run)),
                Request = new ListRequest
                {
                    Limit = 100,
                    Token = token,
                    SortByFields = { new Sort { Key = "created_at", Direction = Sort.Types.Direction.Ascending } },
                },
            };
            var page = await client.Runs.ListActionsAsync(request, cancellationToken: cancellationToken);
            foreach (var action in page.Actions)
            {
                tree.Apply(action);
            }

            token = page.Token;
        }
        while (token.Length > 0 && tree.Count < MaxShown);

        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(tree.All.Select(Json.Of)));
            return ExitCode.Done;
        }

        var table = new Table("ACTION", "TASK", "PHASE", "STARTED", "DURATION", "CACHE");
        foreach (var action in tree.InOrder())
        {
            var name = new string(' ', 2 * tree.DepthOf(action)) + action.Id.Name;
            table.Add(
            [
                .. ActionCells.Of(action, name, Context.Time.GetUtcNow()),
                Phases.NameOf(action.Status?.CacheStatus ?? CatalogCacheStatus.CacheDisabled) ?? "",
            ]);
        }

        table.Write(Context);
        return ExitCode.Done;
    }
}
