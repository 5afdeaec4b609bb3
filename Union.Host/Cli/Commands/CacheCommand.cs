using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Union.Contracts.Admin.V1;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union cache</c>: results that later runs take over.</summary>
internal sealed class CacheCommand : UnionCommand
{
    public CacheCommand(CliContext context, CommonOptions common)
        : base(context, "cache", "Results of cached tasks: see them, and forget them.")
    {
        Examples = ["union cache list", "union cache list monthly-rain --output json", "union cache evict monthly-rain"];
        Add(new List(context, common));
        Add(new Evict(context, common));
    }

    private sealed class List : ListCommand<CachedResult>
    {
        private readonly Argument<string> _task = new("TASK")
        {
            Description = "Only results of this task.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "",
        };

        public List(CliContext context, CommonOptions common)
            : base(
                context, common, "list", "The results of the project that later runs take over, at most 1,000.",
                "TASK", "VERSION", "COMPUTED BY", "CREATED", "LAST USED")
        {
            Examples = ["union cache list", "union cache list monthly-rain"];
            Add(_task);
            AddCommonOptions();
        }

        protected override async Task<IReadOnlyList<CachedResult>> ReadAsync(
            UnionClient client, ParseResult parsed, CancellationToken cancellationToken)
        {
            var answer = await client.Cache.ListResultsAsync(
                new ListResultsRequest { Project = client.Project, TaskName = parsed.GetValue(_task) ?? "" },
                cancellationToken: cancellationToken);
            return answer.Results;
        }

        protected override JsonObject Describe(CachedResult result) => new()
        {
            ["task"] = result.TaskName,
            ["version"] = result.CacheVersion,
            ["source"] = result.Source,
            ["createdAt"] = Json.Of(result.CreatedAt),
            ["usedAt"] = Json.Of(result.UsedAt),
        };

        protected override string[] Show(CachedResult result) =>
            [result.TaskName, result.CacheVersion, result.Source, Phases.Show(result.CreatedAt), Phases.Show(result.UsedAt)];
    }

    private sealed class Evict : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _task = new("TASK") { Description = "Name of the task." };

        public Evict(CliContext context, CommonOptions common)
            : base(context, "evict", "Forget the results of a task, so that its next run computes them anew. Outputs stay.")
        {
            _common = common;
            Examples = ["union cache evict monthly-rain"];
            Add(_task);
            common.AddConnection(this);
            common.AddOutput(this);
            Handle(EvictAsync);
        }

        private async Task<ExitCode> EvictAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            using var client = _common.Connect(parsed);
            var task = parsed.GetRequiredValue(_task);
            var answer = await client.Cache.EvictResultsAsync(
                new EvictResultsRequest { Project = client.Project, TaskName = task }, cancellationToken: cancellationToken);
            if (_common.IsJson(parsed))
            {
                Json.WriteDocument(Context, new JsonObject { ["task"] = task, ["evicted"] = answer.Evicted });
                return ExitCode.Done;
            }

            Context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{answer.Evicted} results of {Printable.Line(task)} are forgotten."));
            return ExitCode.Done;
        }
    }
}
