using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Cli.Runs;

/// <summary>Starts a run of a task file.</summary>
internal sealed class RunSubmitter(UnionClient client, TimeProvider time)
{
    /// <summary>Cached results are computed anew.</summary>
    public bool OverwriteCache { get; init; }

    /// <summary>
    /// Creates the run called <paramref name="name"/>. The caller chooses the name, so that a repeated call finds the run
    /// that the first one made.
    /// </summary>
    public async Task SubmitAsync(
        TaskFile file, IReadOnlyList<TaskInput> inputs, string name, CancellationToken cancellationToken)
    {
        using var sender = new TaskSender(client, time);
        var spec = await sender.SendCodeAsync(file, cancellationToken);
        var uploaded = await sender.SendInputsAsync(Operation.UploadInputs, spec, inputs, cancellationToken);
        var request = new CreateRunRequest
        {
            RunId = client.Run(name),
            TaskSpec = spec,
            OffloadedInputData = uploaded,
            RunSpec = NewSpec(),
            Source = RunSource.Cli,
        };
        if (file.Queue is not null)
        {
            request.RunSpec.Queue = file.Queue;
        }

        await client.Runs.CreateRunAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Creates a run of a task that was deployed.</summary>
    public async Task SubmitAsync(
        TaskDetails task, IReadOnlyList<TaskInput> inputs, string name, CancellationToken cancellationToken)
    {
        using var sender = new TaskSender(client, time);
        var uploaded = await sender.SendInputsAsync(Operation.UploadInputs, task.Spec, inputs, cancellationToken);
        var request = new CreateRunRequest
        {
            RunId = client.Run(name),
            TaskId = task.TaskId,
            OffloadedInputData = uploaded,
            RunSpec = NewSpec(),
            Source = RunSource.Cli,
        };
        await client.Runs.CreateRunAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Creates a run of what another run was of, with the same inputs.</summary>
    /// <param name="recover">What succeeded is taken over; null does everything again.</param>
    public async Task SubmitAgainAsync(string run, string name, Recover? recover, CancellationToken cancellationToken)
    {
        using var call = client.Runs.GetRunDetailsAsync(
            new GetRunDetailsRequest { RunId = client.Run(run) }, cancellationToken: cancellationToken);
        var details = (await call).Details;
        // Without its private part a task has no command: such a run would be another one.
        if ((await call.ResponseHeadersAsync).GetValue("union-partial") is not null)
        {
            throw new CliError(
                ExitCode.Unreachable, $"The cluster of {run} is offline, and it keeps what its task does.",
                "Try again when the cluster is back: union get clusters");
        }

        var data = await client.Runs.GetActionDataURIsAsync(
            new GetActionDataURIsRequest { ActionId = client.Action(run, Names.RootAction) },
            cancellationToken: cancellationToken);
        var spec = details.RunSpec ?? new RunSpec();
        spec.Recover = recover;
        spec.Relation = new Relation
        {
            RelatedTo = client.Run(run),
            RelationType = recover is null ? RelationType.Rerun : RelationType.Recover,
        };
        var request = new CreateRunRequest
        {
            RunId = client.Run(name),
            TaskSpec = details.Action.Task,
            RunSpec = spec,
            Source = RunSource.Cli,
        };
        if (data.InputsUri.Length > 0)
        {
            // The folder is called by the digest of the inputs in it.
            request.OffloadedInputData = new OffloadedInputData
            {
                Uri = data.InputsUri,
                InputsHash = data.InputsUri.TrimEnd('/').Split('/')[^1],
            };
        }

        await client.Runs.CreateRunAsync(request, cancellationToken: cancellationToken);
    }

    private RunSpec NewSpec() => OverwriteCache
        ? new RunSpec { CacheConfig = new CacheConfig { OverwriteCache = true } }
        : new RunSpec();
}
