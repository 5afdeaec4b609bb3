using System.CommandLine;
using Grpc.Core;
using Union.Core.Authoring;
using Union.Core.Boundary;

namespace Union.Host.Cli.Runs;

internal sealed class RunCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _file = new("FILE") { Description = "The task file." };
    private readonly Option<string[]> _inputs = new("--input", "-i")
    {
        Description = "An input: name=value, or name=@file. Repeat it for more; a value that begins with @ is written @@.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _name = new("--name") { Description = "Name of the run. Default: a random one." };
    private readonly Option<bool> _follow = new("--follow") { Description = "Show the run until it ends (the default)." };
    private readonly Option<bool> _detach = new("--detach") { Description = "Only start the run, and print its name." };

    public RunCommand(CliContext context, CommonOptions common)
        : base(context, "run", "Run a task file and follow it to its end.")
    {
        _common = common;
        Examples =
        [
            "union run samples/hello/hello.yaml --input name=Ada",
            "union run rain.yaml --input month=2015-03 --input data=@weather.csv",
            "union run rain.yaml --input data=@weather.csv --detach --output json",
        ];
        Add(_file);
        Add(_inputs);
        Add(_name);
        Add(_follow);
        Add(_detach);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(_name);
        if (name is not null && !Names.IsRun(name))
        {
            throw new CliError(
                ExitCode.WrongUsage,
                $"--name: '{name}' must be at most {Names.MaxRunName} lower-case letters, digits or '-', and begin with a letter.");
        }

        if (parsed.GetValue(_follow) && parsed.GetValue(_detach))
        {
            throw new CliError(ExitCode.WrongUsage, "--follow and --detach exclude each other.");
        }

        var path = Path.GetFullPath(parsed.GetRequiredValue(_file), Context.Folder);
        var file = TaskFile.Read(path);
        var inputs = TaskInputs.Parse(file.Spec.TaskTemplate.Interface, parsed.GetValue(_inputs) ?? [], Context.Folder);
        name ??= Names.NewRun();
        using var client = _common.Connect(parsed);
        IRunProgress progress = _common.IsJson(parsed) ? new JsonProgress(Context) : new TextProgress(Context);
        var isKnown = false;
        try
        {
            await new RunSubmitter(client, Context.Time).SubmitAsync(file, inputs, name, cancellationToken);
            isKnown = true;
            progress.Started(name);
            if (parsed.GetValue(_detach))
            {
                return ExitCode.Done;
            }

            var outcome = await new RunFollower(client, Context.Time).FollowAsync(name, progress, cancellationToken);
            return Phases.IsSuccess(outcome.Details.Status.Phase) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            Context.Error.WriteLine(isKnown
                ? $"The run {name} goes on. Return to it with: union get run {name} --follow"
                : $"Interrupted before the run {name} was known to have started. Look with: union get run {name}");
            Context.Error.WriteLine($"End it with: union abort {name}");
            return ExitCode.Interrupted;
        }
    }
}
