using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Flyteidl2.Task;
using Google.Protobuf;
using Grpc.Core;
using Union.Core.Authoring;
using Union.Host.Cli.Runs;

namespace Union.Host.Cli.Tasks;

/// <summary><c>union deploy</c>: keeps a task under a version, for triggers and for others to run.</summary>
internal sealed class DeployCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _file = new("FILE") { Description = "The task file." };
    private readonly Option<string?> _version = new("--version")
    {
        Description = "Version to keep it under. Default: a digest of the task and its files.",
    };

    public DeployCommand(CliContext context, CommonOptions common)
        : base(context, "deploy", "Keep a task under a version, so that it can be run and triggered by name.")
    {
        _common = common;
        Examples = ["union deploy rain.yaml", "union deploy rain.yaml --version 1.4.0 --domain production"];
        Add(_file);
        Add(_version);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(DeployAsync);
    }

    private async Task<ExitCode> DeployAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = TaskFile.Read(Path.GetFullPath(parsed.GetRequiredValue(_file), Context.Folder));
        using var client = _common.Connect(parsed);
        using var sender = new TaskSender(client, Context.Time);
        var spec = await sender.SendCodeAsync(file, cancellationToken);
        var version = parsed.GetValue(_version) ?? DigestOf(spec);
        var id = client.Task(spec.TaskTemplate.Id.Name, version);
        spec.TaskTemplate.Id.Version = version;
        var isNew = await TryDeployAsync(
            client.Tasks, new DeployTaskRequest { TaskId = id, Spec = spec }, cancellationToken);
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(
                Context, new JsonObject { ["task"] = id.Name, ["version"] = version, ["deployed"] = isNew });
        }
        else
        {
            Context.Out.WriteLine(
                isNew ? $"{id.Name} is deployed as version {version}." : $"{id.Name} has the version {version} already.");
        }

        return ExitCode.Done;
    }

    private static async Task<bool> TryDeployAsync(
        TaskService.TaskServiceClient tasks, DeployTaskRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await tasks.DeployTaskAsync(request, cancellationToken: cancellationToken);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false;
        }
    }

    // The files are part of it: the reference to the bundle holds their digest.
    private static string DigestOf(TaskSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(spec.ToByteArray()).AsSpan(0, 8));
}
