using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Logs.Dataplane;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;
using TailLogsRequest = Flyteidl2.Dataproxy.TailLogsRequest;
using TailLogsResponse = Flyteidl2.Dataproxy.TailLogsResponse;

namespace Union.Host.Cli.Commands;

internal sealed class LogsCommand : UnionCommand
{
    /// <summary>
    /// The call has no end while the action runs. Without --follow, silence of this length counts as having read all.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Argument<string> _action = RunArguments.Action();
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on until the action ends." };
    private readonly Option<bool> _timestamps = new("--timestamps", "-t") { Description = "Put the instant before each line." };
    private readonly Option<uint> _attempt = new("--attempt") { Description = "Which attempt. Default: the last." };
    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "Print what the task wrote as it stands: its control characters can then change your terminal.",
    };

    public LogsCommand(CliContext context, CommonOptions common)
        : base(context, "logs", "What an action printed, from the customer's account.")
    {
        _common = common;
        Examples = ["union logs r4k2 --follow", "union logs r4k2 y2015 --timestamps"];
        Add(_run);
        Add(_action);
        Add(_follow);
        Add(_timestamps);
        Add(_attempt);
        Add(_raw);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(TailAsync);
    }

    private async Task<ExitCode> TailAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var action = client.Action(parsed.GetRequiredValue(_run), parsed.GetRequiredValue(_action));
        var status = await WaitForAttemptAsync(client, action, parsed.GetValue(_follow), cancellationToken);
        var attempt = parsed.GetValue(_attempt) is > 0 and var asked ? asked : status.Attempts;
        if (attempt == 0)
        {
            throw new CliError(
                ExitCode.NotFound,
                $"{action.Run.Name} {action.Name} has no logs yet: it is {Phases.NameOf(status.Phase)}.",
                "Wait for it with --follow.");
        }

        var cluster = await client.SelectAsync(Operation.TailLogs, action, cancellationToken);
        using var call = cluster.Data.TailLogs(
            new TailLogsRequest { ActionId = action, Attempt = attempt }, cancellationToken: cancellationToken);
        var goesOn = parsed.GetValue(_follow) || Phases.IsTerminal(status.Phase);
        while (await MoveNextAsync(call, goesOn, cancellationToken))
        {
            foreach (var line in call.ResponseStream.Current.Logs.SelectMany(logs => logs.Lines))
            {
                Write(parsed, line);
            }

            await Context.Out.FlushAsync(cancellationToken);
        }

        return ExitCode.Done;
    }

    private async Task<bool> MoveNextAsync(
        AsyncServerStreamingCall<TailLogsResponse> call, bool goesOn, CancellationToken cancellationToken)
    {
        var next = call.ResponseStream.MoveNext(cancellationToken);
        if (goesOn)
        {
            return await next;
        }

        try
        {
            return await next.WaitAsync(Silence, Context.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task<ActionStatus> WaitForAttemptAsync(
        UnionClient client, ActionIdentifier action, bool follow, CancellationToken cancellationToken)
    {
        var answer = await client.Runs.GetActionDetailsAsync(
            new GetActionDetailsRequest { ActionId = action }, cancellationToken: cancellationToken);
        var status = answer.Details.Status;
        if (!follow || status.Attempts > 0 || Phases.IsTerminal(status.Phase))
        {
            return status;
        }

        using var call = client.Runs.WatchActionDetails(
            new WatchActionDetailsRequest { ActionId = action }, cancellationToken: cancellationToken);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            status = message.Details.Status;
            if (status is { Attempts: > 0, Phase: ActionPhase.Running } || Phases.IsTerminal(status.Phase))
            {
                break;
            }
        }

        return status;
    }

    private void Write(ParseResult parsed, LogLine line)
    {
        if (_common.IsJson(parsed))
        {
            Json.WriteLine(Context, new JsonObject
            {
                ["time"] = Json.Of(line.Timestamp),
                ["origin"] = line.Originator == LogLineOriginator.System ? "system" : "task",
                ["message"] = line.Message,
            });
            return;
        }

        var instant = parsed.GetValue(_timestamps) && line.Timestamp is { } at
            ? FormattableString.Invariant($"{at.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ss.fffZ} ")
            : "";
        var origin = Context.IsTerminal && line.Originator == LogLineOriginator.System ? "[cluster] " : "";
        var text = line.Message.TrimEnd('\n');
        Context.Out.WriteLine($"{instant}{origin}{(parsed.GetValue(_raw) ? text : Printable.Line(text))}");
    }
}
