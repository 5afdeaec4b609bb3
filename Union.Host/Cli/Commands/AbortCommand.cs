using System.CommandLine;
using Flyteidl2.Workflow;
using Union.Core.Boundary;
using ActionPhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Cli.Commands;

internal sealed class AbortCommand : UnionCommand
{
    private const int MaxReason = 512;

    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Argument<string> _action = RunArguments.Action();
    private readonly Option<string> _reason = new("--reason")
    {
        Description = "Why, at most 512 characters. The control plane keeps it, so write no customer data.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    public AbortCommand(CliContext context, CommonOptions common)
        : base(context, "abort", "End a run, or one action and everything below it.")
    {
        _common = common;
        Examples = ["union abort r4k2 --reason 'wrong month'", "union abort r4k2 y2015"];
        Add(_run);
        Add(_action);
        Add(_reason);
        common.AddConnection(this);
        Handle(AbortAsync);
    }

    private async Task<ExitCode> AbortAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reason = parsed.GetValue(_reason)!;
        if (reason.Length > MaxReason)
        {
            throw new CliError(ExitCode.WrongUsage, $"--reason is longer than {MaxReason} characters.");
        }

        using var client = _common.Connect(parsed);
        var (run, action) = (parsed.GetRequiredValue(_run), parsed.GetRequiredValue(_action));
        if (action == Names.RootAction)
        {
            await client.Runs.AbortRunAsync(
                new AbortRunRequest { RunId = client.Run(run), Reason = reason }, cancellationToken: cancellationToken);
        }
        else
        {
            await client.Runs.AbortActionAsync(
                new AbortActionRequest { ActionId = client.Action(run, action), Reason = reason },
                cancellationToken: cancellationToken);
        }

        // Aborting what has ended changes nothing, and says nothing.
        var answer = await client.Runs.GetActionDetailsAsync(
            new GetActionDetailsRequest { ActionId = client.Action(run, action) }, cancellationToken: cancellationToken);
        var (what, phase) = (action == Names.RootAction ? run : $"{run} {action}", answer.Details.Status.Phase);
        Context.Out.WriteLine(Printable.Line(Phases.IsTerminal(phase) && phase != ActionPhase.Aborted
            ? $"{what} had ended before and stays {Phases.NameOf(phase)}."
            : $"{what} is aborted."));
        return ExitCode.Done;
    }
}
