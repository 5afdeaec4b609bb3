using System.CommandLine;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Union.Core.Authoring;
using Union.Host.Cli.Client;
using Union.Host.Cli.Runs;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Triggers;

internal sealed class CreateTriggerCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _task = TriggerCommand.TaskArgument();
    private readonly Argument<string> _name = TriggerCommand.NameArgument();
    private readonly ScheduleOptions _schedule = new();
    private readonly Option<string> _version = new("--version")
    {
        Description = "Version of the task. Default: the newest as it is now.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string[]> _inputs = new("--input", "-i")
    {
        Description = "An input of every run: name=value, or name=@file. Repeat it for more.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _kickoff = new("--kickoff-input")
    {
        Description = "The input, of type datetime, in which each run is told when it was due.",
        HelpName = "NAME",
    };

    private readonly Option<string> _description = new("--description")
    {
        Description = "What it is for, at most 512 characters. The control plane keeps it, so write no customer data.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> _inactive = new("--inactive") { Description = "Do not let it fire yet." };

    public CreateTriggerCommand(CliContext context, CommonOptions common)
        : base(context, "create", "Start runs by a schedule, or replace the trigger of this name by its next revision.")
    {
        _common = common;
        Examples =
        [
            "union trigger create monthly-rain nightly --cron '0 2 * * *' --time-zone Europe/Berlin --input month=2015-03",
            "union trigger create monthly-rain often --every 15m",
            "union trigger create daily-report morning --cron '0 6 * * *' --kickoff-input day",
        ];
        Add(_task);
        Add(_name);
        _schedule.AddTo(this);
        Add(_version);
        Add(_inputs);
        Add(_kickoff);
        Add(_description);
        Add(_inactive);
        common.AddConnection(this);
        Handle(CreateAsync);
    }

    private async Task<ExitCode> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var automation = _schedule.Read(parsed);
        automation.Schedule.KickoffTimeInputArg = parsed.GetValue(_kickoff) ?? "";
        using var client = _common.Connect(parsed);
        var found = await client.Tasks.GetTaskDetailsAsync(
            new GetTaskDetailsRequest { TaskId = client.Task(parsed.GetRequiredValue(_task), parsed.GetValue(_version)!) },
            cancellationToken: cancellationToken);
        var spec = new TriggerSpec
        {
            Active = !parsed.GetValue(_inactive),
            TaskVersion = found.Details.TaskId.Version,
            Description = parsed.GetValue(_description)!,
            RunSpec = new RunSpec(),
            OffloadedInputData = await SendInputsAsync(parsed, client, found.Details.Spec, cancellationToken),
        };
        var name = client.Trigger(parsed.GetRequiredValue(_task), parsed.GetRequiredValue(_name));
        var deployed = await client.Triggers.DeployTriggerAsync(
            new DeployTriggerRequest { Name = name, Spec = spec, AutomationSpec = automation },
            cancellationToken: cancellationToken);
        Context.Out.WriteLine(
            $"The trigger {name.Name} of {name.TaskName} is at revision {deployed.Trigger.Id.Revision}.");
        return ExitCode.Done;
    }

    private async Task<OffloadedInputData> SendInputsAsync(
        ParseResult parsed, UnionClient client, TaskSpec spec, CancellationToken cancellationToken)
    {
        var kickoff = parsed.GetValue(_kickoff);
        var inputs = TaskInputs.Parse(
            WithoutKickoff(spec.TaskTemplate.Interface ?? new TypedInterface(), kickoff), parsed.GetValue(_inputs) ?? [],
            Context.Folder);
        using var sender = new TaskSender(client, Context.Time);
        return await sender.SendInputsAsync(Operation.UploadTrigger, spec, inputs, cancellationToken, kickoff);
    }

    // What remains to be given: that input has its value when a run is due.
    private static TypedInterface WithoutKickoff(TypedInterface typed, string? kickoff)
    {
        if (kickoff is null)
        {
            return typed;
        }

        var rest = typed.Clone();
        var input = rest.Inputs?.Variables.FirstOrDefault(variable => variable.Key == kickoff);
        if (input?.Value?.Type?.Simple != SimpleType.Datetime)
        {
            throw new CliError(
                ExitCode.WrongUsage,
                input is null
                    ? $"--kickoff-input {kickoff}: the task has no such input."
                    : $"--kickoff-input {kickoff}: the input is of type {TaskTypes.NameOf(input.Value?.Type ?? new LiteralType())}.",
                "Name an input of type datetime.");
        }

        rest.Inputs!.Variables.Remove(input);
        return rest;
    }
}
