using System.CommandLine;
using Flyteidl2.Task;
using Union.Host.Cli.Commands;

namespace Union.Host.Cli.Runs;

/// <summary><c>union rerun</c>: the same task with the same inputs, as a new run.</summary>
internal sealed class RerunCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Option<bool> _recover = new("--recover")
    {
        Description = "Take over what succeeded in the run, and do only the rest.",
    };

    private readonly Option<string[]> _again = new("--again")
    {
        Description = "With --recover: an action that runs again although it succeeded. Repeat it for more.",
        HelpName = "ACTION",
    };

    private readonly Option<string?> _name = RunOptions.Name();
    private readonly Option<bool> _detach = RunOptions.Detach();

    public RerunCommand(CliContext context, CommonOptions common)
        : base(context, "rerun", "Run again what a run was of, with its inputs, and follow it to its end.")
    {
        _common = common;
        Examples =
        [
            "union rerun r4k2", "union rerun r4k2 --name second-try --detach", "union rerun r4k2 --recover",
            "union rerun r4k2 --recover --again y2013",
        ];
        Add(_run);
        Add(_recover);
        Add(_again);
        Add(_name);
        Add(_detach);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(RerunAsync);
    }

    private async Task<ExitCode> RerunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = RunOptions.NameOf(parsed, _name);
        var again = parsed.GetValue(_again) ?? [];
        if (again.Length > 0 && !parsed.GetValue(_recover))
        {
            throw new CliError(ExitCode.WrongUsage, "--again belongs to --recover: without it everything runs again.");
        }

        var recover = parsed.GetValue(_recover) ? new Recover { ForceRerunActions = { again } } : null;
        using var client = _common.Connect(parsed);
        return await new StartedRun(Context, client, _common.IsJson(parsed)).ShowAsync(
            name, parsed.GetValue(_detach),
            token => new RunSubmitter(client, Context.Time).SubmitAgainAsync(
                parsed.GetRequiredValue(_run), name, recover, token),
            cancellationToken);
    }
}
