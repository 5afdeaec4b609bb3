using System.CommandLine;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Authoring;
using Union.Host.Cli.Client;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Cli.Runs;

internal sealed class RunCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _file = new("FILE") { Description = "The task file; with --deployed the name of a task." };
    private readonly Option<string[]> _inputs = new("--input", "-i")
    {
        Description = "An input: name=value, or name=@file. Repeat it for more; a value that begins with @ is written @@.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<bool> _deployed = new("--deployed") { Description = "Run a task that was deployed, by its name." };
    private readonly Option<string> _version = new("--version")
    {
        Description = "Version of the deployed task. Default: the newest.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> _overwriteCache = new("--overwrite-cache")
    {
        Description = "Compute the results of cached tasks anew, and keep them in place of the old ones.",
    };

    private readonly Option<string?> _name = RunOptions.Name();
    private readonly Option<bool> _follow = new("--follow") { Description = "Show the run until it ends (the default)." };
    private readonly Option<bool> _detach = RunOptions.Detach();

    public RunCommand(CliContext context, CommonOptions common)
        : base(context, "run", "Run a task and follow it to its end.")
    {
        _common = common;
        Examples =
        [
            "union run samples/hello/hello.yaml --input name=Ada",
            "union run rain.yaml --input month=2015-03 --input data=@weather.csv",
            "union run rain.yaml --input data=@weather.csv --detach --output json",
            "union run rain.yaml --input data=@weather.csv --overwrite-cache",
            "union run monthly-rain --deployed --input month=2015-03",
        ];
        Add(_file);
        Add(_inputs);
        Add(_deployed);
        Add(_version);
        Add(_overwriteCache);
        Add(_name);
        Add(_follow);
        Add(_detach);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = RunOptions.NameOf(parsed, _name);
        if (parsed.GetValue(_follow) && parsed.GetValue(_detach))
        {
            throw new CliError(ExitCode.WrongUsage, "--follow and --detach exclude each other.");
        }

        using var client = _common.Connect(parsed);
        var submitter = new RunSubmitter(client, Context.Time) { OverwriteCache = parsed.GetValue(_overwriteCache) };
        var submit = parsed.GetValue(_deployed)
            ? await DeployedAsync(parsed, client, submitter, name, cancellationToken)
            : FromFile(parsed, submitter, name);
        return await new StartedRun(Context, client, _common.IsJson(parsed))
            .ShowAsync(name, parsed.GetValue(_detach), submit, cancellationToken);
    }

    private Func<CancellationToken, Task> FromFile(ParseResult parsed, RunSubmitter submitter, string name)
    {
        if (parsed.GetValue(_version)!.Length > 0)
        {
            throw new CliError(ExitCode.WrongUsage, "--version is of a deployed task.", "Add --deployed, or leave it out.");
        }

        var file = TaskFile.Read(Path.GetFullPath(parsed.GetRequiredValue(_file), Context.Folder));
        var inputs = InputsOf(parsed, file.Spec.TaskTemplate.Interface);
        return token => submitter.SubmitAsync(file, inputs, name, token);
    }

    private async Task<Func<CancellationToken, Task>> DeployedAsync(
        ParseResult parsed, UnionClient client, RunSubmitter submitter, string name, CancellationToken cancellationToken)
    {
        var found = await client.Tasks.GetTaskDetailsAsync(
            new GetTaskDetailsRequest { TaskId = client.Task(parsed.GetRequiredValue(_file), parsed.GetValue(_version)!) },
            cancellationToken: cancellationToken);
        var inputs = InputsOf(parsed, found.Details.Spec.TaskTemplate.Interface);
        return token => submitter.SubmitAsync(found.Details, inputs, name, token);
    }

    private IReadOnlyList<TaskInput> InputsOf(ParseResult parsed, TypedInterface? types) =>
        TaskInputs.Parse(types ?? new TypedInterface(), parsed.GetValue(_inputs) ?? [], Context.Folder);
}
