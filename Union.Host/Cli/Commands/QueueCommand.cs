using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Contracts.Admin.V1;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union queue</c>: what begins when, and how much at once.</summary>
internal sealed class QueueCommand : UnionCommand
{
    public QueueCommand(CliContext context, CommonOptions common)
        : base(context, "queue", "The queues of a cluster: their shares, limits and drains.")
    {
        Examples =
        [
            "union queue list", "union queue set nightly --weight 1 --max-runs 4", "union queue drain nightly",
            "union queue resume nightly",
        ];
        Add(new List(context, common));
        Add(new Set(context, common));
        Add(new DrainOrResume(context, common, "drain"));
        Add(new DrainOrResume(context, common, "resume"));
    }

    private sealed class List : ListCommand<(Queue Queue, DrainState ClusterState)>
    {
        private readonly Option<string> _cluster = QueueOptions.Cluster();

        public List(CliContext context, CommonOptions common)
            : base(
                context, common, "list", "The queues of a cluster, with what they hold now.",
                "QUEUE", "STATE", "WEIGHT", "WAITING RUNS", "RUNNING ACTIONS", "MAX RUNS", "CLUSTER")
        {
            Examples = ["union queue list", "union queue list --cluster east --output json"];
            Add(_cluster);
            AddCommonOptions();
        }

        protected override async Task<IReadOnlyList<(Queue Queue, DrainState ClusterState)>> ReadAsync(
            UnionClient client, ParseResult parsed, CancellationToken cancellationToken)
        {
            var answer = await client.Queues.ListQueuesAsync(
                new ListQueuesRequest { Cluster = parsed.GetRequiredValue(_cluster) }, cancellationToken: cancellationToken);
            return [.. answer.Queues.Select(queue => (queue, answer.ClusterState))];
        }

        protected override JsonObject Describe((Queue Queue, DrainState ClusterState) item) => new()
        {
            ["cluster"] = item.Queue.Cluster,
            ["name"] = item.Queue.Name,
            ["state"] = QueueOptions.Word(item.Queue.State),
            ["clusterState"] = QueueOptions.Word(item.ClusterState),
            ["weight"] = item.Queue.Weight,
            ["waiting"] = item.Queue.Waiting,
            ["maxWaiting"] = item.Queue.MaxWaiting,
            ["running"] = item.Queue.Running,
            ["maxActions"] = item.Queue.MaxActions,
            ["maxRuns"] = item.Queue.MaxRuns,
        };

        protected override string[] Show((Queue Queue, DrainState ClusterState) item) =>
        [
            item.Queue.Name,
            QueueOptions.Word(item.Queue.State),
            FormattableString.Invariant($"{item.Queue.Weight}"),
            Of(item.Queue.Waiting, item.Queue.MaxWaiting),
            Of(item.Queue.Running, item.Queue.MaxActions),
            Limit(item.Queue.MaxRuns),
            item.ClusterState == DrainState.Open
                ? item.Queue.Cluster
                : $"{item.Queue.Cluster} ({QueueOptions.Word(item.ClusterState)})",
        ];

        private static string Of(uint count, uint limit) =>
            limit == 0 ? FormattableString.Invariant($"{count}") : FormattableString.Invariant($"{count} of {limit}");

        private static string Limit(uint limit) => limit == 0 ? "" : FormattableString.Invariant($"{limit}");
    }

    private sealed class Set : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the queue; a new name makes one." };
        private readonly Option<string> _cluster = QueueOptions.Cluster();
        private readonly Option<uint?> _weight = new("--weight")
        {
            Description = "Share of the cluster's places beside its other queues, 1 to 100. A new queue has 10.",
        };

        private readonly Option<uint?> _runs = new("--max-runs") { Description = "Runs that may be under way; 0 is any number." };
        private readonly Option<uint?> _actions = new("--max-actions")
        {
            Description = "Actions that may run at once, those with children not counted; 0 is any number.",
        };

        private readonly Option<uint?> _waiting = new("--max-waiting")
        {
            Description = "Runs that may wait to begin; more are refused. A new queue takes 10000.",
        };

        public Set(CliContext context, CommonOptions common)
            : base(context, "set", "Make a queue, or change the named settings of one.")
        {
            _common = common;
            Examples = ["union queue set nightly --weight 1 --max-runs 4", "union queue set default --max-actions 64"];
            Add(_name);
            Add(_weight);
            Add(_runs);
            Add(_actions);
            Add(_waiting);
            Add(_cluster);
            common.AddConnection(this);
            Handle(SetAsync);
        }

        private async Task<ExitCode> SetAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            using var client = _common.Connect(parsed);
            var request = new SetQueueRequest
            {
                Cluster = parsed.GetRequiredValue(_cluster),
                Name = parsed.GetRequiredValue(_name),
            };
            Apply(parsed.GetValue(_weight), value => request.Weight = value);
            Apply(parsed.GetValue(_runs), value => request.MaxRuns = value);
            Apply(parsed.GetValue(_actions), value => request.MaxActions = value);
            Apply(parsed.GetValue(_waiting), value => request.MaxWaiting = value);
            await client.Queues.SetQueueAsync(request, cancellationToken: cancellationToken);
            Context.Out.WriteLine($"{Printable.Line(request.Name)} is set.");
            return ExitCode.Done;
        }

        private static void Apply(uint? value, Action<uint> set)
        {
            if (value is { } given)
            {
                set(given);
            }
        }
    }

    private sealed class DrainOrResume : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly bool _drains;
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the queue." };
        private readonly Option<string> _cluster = QueueOptions.Cluster();
        private readonly Option<bool> _stop = QueueOptions.Stop();

        public DrainOrResume(CliContext context, CommonOptions common, string name)
            : base(
                context, name,
                name == "drain" ? "Let no new run of a queue begin; those that have begun go on." : "Let runs of a queue begin again.")
        {
            (_common, _drains) = (common, name == "drain");
            Examples = _drains ? ["union queue drain nightly", "union queue drain nightly --stop"] : ["union queue resume nightly"];
            Add(_name);
            Add(_cluster);
            if (_drains)
            {
                Add(_stop);
            }

            common.AddConnection(this);
            Handle(SetAsync);
        }

        private async Task<ExitCode> SetAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            using var client = _common.Connect(parsed);
            var name = parsed.GetRequiredValue(_name);
            var state = _drains ? QueueOptions.StateOf(parsed, _stop) : DrainState.Open;
            await client.Queues.SetQueueAsync(
                new SetQueueRequest { Cluster = parsed.GetRequiredValue(_cluster), Name = name, State = state },
                cancellationToken: cancellationToken);
            Context.Out.WriteLine($"{Printable.Line(name)} is {QueueOptions.Word(state)}.");
            return ExitCode.Done;
        }
    }
}
