using System.CommandLine;
using Flyteidl2.Common;
using Flyteidl2.Workflow;

namespace Union.Host.Cli.Commands;

internal sealed class GetRunsCommand : UnionCommand
{
    private const int PageSize = 100;

    private readonly CommonOptions _common;
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many, the newest first.", DefaultValueFactory = _ => 50 };

    public GetRunsCommand(CliContext context, CommonOptions common)
        : base(context, "runs", "The runs of a project, the newest first.")
    {
        _common = common;
        Examples = ["union get runs --limit 10", "union get runs --project weather --output json"];
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000)
            {
                result.AddError("--limit must be from 1 to 10000.");
            }
        });
        Add(_limit);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(GetAsync);
    }

    private async Task<ExitCode> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var limit = parsed.GetValue(_limit);
        var runs = new List<Run>();
        var token = "";
        do
        {
            var request = new ListRunsRequest
            {
                ProjectId = client.Project,
                Request = new ListRequest
                {
                    Limit = (uint)Math.Min(PageSize, limit - runs.Count),
                    Token = token,
                    SortByFields = { new Sort { Key = "created_at", Direction = Sort.Types.Direction.Descending } },
                },
            };
            var page = await client.Runs.ListRunsAsync(request, cancellationToken: cancellationToken);
            runs.AddRange(page.Runs);
            token = page.Token;
        }
        while (token.Length > 0 && runs.Count < limit);

        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(runs.Select(run => Json.Of(run.Action))));
            return ExitCode.Done;
        }

        var table = new Table("RUN", "TASK", "PHASE", "STARTED", "DURATION");
        foreach (var run in runs)
        {
            table.Add(ActionCells.Of(run.Action, run.Action.Id.Run.Name, Context.Time.GetUtcNow()));
        }

        table.Write(Context);
        return ExitCode.Done;
    }
}
