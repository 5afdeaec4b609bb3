using System.CommandLine;
using Flyteidl2.Workflow;
using Union.Core.Boundary;
using Union.Host.Cli.Runs;

namespace Union.Host.Cli.Commands;

internal sealed class GetRunCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Option<bool> _follow = new("--follow") { Description = "Show the run until it ends, as 'union run' does." };

    public GetRunCommand(CliContext context, CommonOptions common)
        : base(context, "run", "One run: its phase, its times and why it failed.")
    {
        _common = common;
        Examples = ["union get run r4k2", "union get run r4k2 --follow"];
        Add(_run);
        Add(_follow);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(GetAsync);
    }

    private async Task<ExitCode> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var run = parsed.GetRequiredValue(_run);
        if (parsed.GetValue(_follow))
        {
            IRunProgress progress = _common.IsJson(parsed) ? new JsonProgress(Context) : new TextProgress(Context);
            var outcome = await new RunFollower(client, Context.Time).FollowAsync(run, progress, cancellationToken);
            return Phases.IsSuccess(outcome.Details.Status.Phase) ? ExitCode.Done : ExitCode.Failed;
        }

        var answer = await client.Runs.GetRunDetailsAsync(
            new GetRunDetailsRequest { RunId = client.Run(run) }, cancellationToken: cancellationToken);
        var details = answer.Details.Action;
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Of(details));
            return ExitCode.Done;
        }

        Write("run", run);
        Write("task", details.Metadata?.Task?.Id?.Name ?? details.Metadata?.Task?.ShortName ?? "");
        Write("phase", Phases.NameOf(details.Status.Phase));
        Write("started", Phases.Show(details.Status.StartTime));
        Write("duration", Phases.Show(Phases.DurationOf(details.Status, Context.Time.GetUtcNow())));
        if (details.ErrorInfo is { } error)
        {
            Write("error", "");
            Context.Out.WriteLine(Printable.Text(error.Message));
        }
        else if (details.AbortInfo is { } abort)
        {
            Write("aborted", abort.Reason);
        }

        Context.Out.WriteLine($"\nunion get actions {run}    union get io {run} {Names.RootAction}    union logs {run}");
        return ExitCode.Done;
    }

    private void Write(string name, string value) =>
        Context.Out.WriteLine($"{name,-9} {Printable.Line(value)}".TrimEnd());
}
