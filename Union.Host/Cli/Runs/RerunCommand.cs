using System.CommandLine;
using Union.Host.Cli.Commands;

namespace Union.Host.Cli.Runs;

/// <summary><c>union rerun</c>: the same task with the same inputs, as a new run.</summary>
internal sealed class RerunCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Option<string?> _name = RunOptions.Name();
    private readonly Option<bool> _detach = RunOptions.Detach();

    public RerunCommand(CliContext context, CommonOptions common)
        : base(context, "rerun", "Run again what a run was of, with its inputs, and follow it to its end.")
    {
        _common = common;
        Examples = ["union rerun r4k2", "union rerun r4k2 --name second-try --detach"];
        Add(_run);
        Add(_name);
        Add(_detach);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(RerunAsync);
    }

    private async Task<ExitCode> RerunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = RunOptions.NameOf(parsed, _name);
        using var client = _common.Connect(parsed);
        return await new StartedRun(Context, client, _common.IsJson(parsed)).ShowAsync(
            name, parsed.GetValue(_detach),
            token => new RunSubmitter(client, Context.Time).SubmitAgainAsync(parsed.GetRequiredValue(_run), name, token),
            cancellationToken);
    }
}
