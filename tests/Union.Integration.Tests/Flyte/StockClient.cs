using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Dataproxy;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Host.Cli.Client;
using Union.Integration.Tests.Processes;
using Inputs = Flyteidl2.Task.Inputs;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Integration.Tests.Flyte;

/// <summary>The calls of a stock client from submission to outputs, for tasks of the stand-in program.</summary>
internal sealed class StockClient(UnionInstallation union) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public UnionClient Union { get; } = new(new ConnectionSettings(new Uri(union.Endpoint), null, "default", "development"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task<string> SubmitAsync(string function, int retries = 0, Action<RunSpec>? change = null, params NamedLiteral[] inputs) =>
        SubmitAsync(SpecOf(function, retries), change, inputs);

    public async Task<string> SubmitAsync(TaskSpec spec, Action<RunSpec>? change, params NamedLiteral[] inputs)
    {
        var data = await Union.SelectAsync(Operation.UploadInputs, Cancel);
        var upload = new UploadInputsRequest { ProjectId = Union.Project, TaskSpec = spec, Inputs = new Inputs() };
        upload.Inputs.Literals.AddRange(inputs);
        var uploaded = await RetryAsync(() => data.Data.UploadInputsAsync(upload, cancellationToken: Cancel));
        var run = new RunSpec { Envs = new Envs { Values = { new Flyteidl2.Core.KeyValuePair { Key = "LOG_LEVEL", Value = "20" } } } };
        change?.Invoke(run);
        var created = await Union.Runs.CreateRunAsync(
            new CreateRunRequest
            {
                ProjectId = Union.Project,
                TaskSpec = spec,
                OffloadedInputData = uploaded.OffloadedInputData,
                RunSpec = run,
            },
            cancellationToken: Cancel);
        return created.Run.Action.Id.Run.Name;
    }

    /// <summary>Watches as <c>run.wait()</c> does.</summary>
    public async Task<ActionDetails> EndAsync(string run, string action = "a0")
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        using var watch = Union.Runs.WatchActionDetails(
            new WatchActionDetailsRequest { ActionId = Union.Action(run, action) }, cancellationToken: patience.Token);
        ActionDetails? last = null;
        await foreach (var response in watch.ResponseStream.ReadAllAsync(patience.Token))
        {
            last = response.Details;
        }

        return last!;
    }

    public async Task<ActionDetails> RunAsync(string function, int retries = 0, params NamedLiteral[] inputs) =>
        await EndAsync(await SubmitAsync(function, retries, null, inputs));

    public async Task<IReadOnlyList<Literal>> OutputsAsync(ActionDetails ended)
    {
        Assert.True(ended.Status.Phase == ActionPhase.Succeeded, ended.ErrorInfo?.Message ?? ended.Status.Phase.ToString());
        var data = await Union.SelectAsync(Operation.GetActionData, ended.Id, Cancel);
        var response = await data.Data.GetActionDataAsync(new Flyteidl2.Dataproxy.GetActionDataRequest { ActionId = ended.Id }, cancellationToken: Cancel);
        return [.. response.Outputs.Literals.Select(literal => literal.Value)];
    }

    public async Task<IReadOnlyList<Flyteidl2.Workflow.Action>> ActionsAsync(string run)
    {
        var response = await Union.Runs.ListActionsAsync(
            new ListActionsRequest { RunId = Union.Run(run), Request = new ListRequest { Limit = 100 } }, cancellationToken: Cancel);
        return response.Actions;
    }

    public static NamedLiteral Number(string name, long value) => new()
    {
        Name = name,
        Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { Integer = value } } },
    };

    public static TaskSpec SpecOf(string function, int retries = 0)
    {
        var container = new Container { Image = "stand-in" };
        container.Args.AddRange([
            "a0", "--inputs", "{{.input}}", "--outputs-path", "{{.outputPrefix}}", "--version", "v1", "--raw-data-path",
            "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint",
            "{{.prevCheckpointPrefix}}", "--run-name", "{{.runName}}", "--name", "{{.actionName}}", "--run-start-time",
            "{{.runStartTime}}", "--image-cache", "e30=", "--resolver", "stand.in.Resolver", "mod", "stand_in", "instance", function,
        ]);
        return new TaskSpec
        {
            ShortName = function,
            TaskTemplate = new TaskTemplate
            {
                Id = new Identifier { ResourceType = ResourceType.Task, Name = $"stand_in.{function}", Version = "v1" },
                Type = "python",
                Container = container,
                Metadata = new Flyteidl2.Core.TaskMetadata { Retries = new RetryStrategy { Retries = (uint)retries } },
            },
        };
    }

    public void Dispose() => Union.Dispose();

    // As the SDK does for "unavailable": a cluster that has just started says it of calls that change something.
    internal static async Task<T> RetryAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        T answer = default!;
        await Eventually.IsAsync(
            async () =>
            {
                try
                {
                    answer = await call();
                    return true;
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
                {
                    return false;
                }
            },
            "an answer other than unavailable");
        return answer;
    }
}
