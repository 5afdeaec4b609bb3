using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Union.Integration.Tests.Processes;
using Task = System.Threading.Tasks.Task;

namespace Union.Integration.Tests.Flyte;

/// <summary>Tasks of the stock SDK's kind from submission to outputs, and what they may ask of their cluster.</summary>
public sealed class FlyteTaskRunTests(FlytePlanes planes) : IClassFixture<FlytePlanes>
{
    private StockClient Client => planes.Client;

    // At the control plane: the run in the request says which cluster it is for.
    private async Task SignalAsync(ActionIdentifier action, EventPayload payload) => await StockClient.RetryAsync(
        () => Client.Union.Runs.SignalEventAsync(
            new SignalEventRequest { ActionId = action, Payload = payload },
            cancellationToken: TestContext.Current.CancellationToken));

    [Fact]
    public async Task Task_WithInputs_AnswersItsOutputs()
    {
        var ended = await Client.RunAsync("double", 0, StockClient.Number("x", 21));

        Assert.Equal(42, (await Client.OutputsAsync(ended))[0].Scalar.Primitive.Integer);
        Assert.EndsWith("/a0/1/outputs.pb", ended.Attempts[^1].Outputs.OutputUri, StringComparison.Ordinal);
        Assert.Contains("double", ended.Task.TaskTemplate.Container.Args);
    }

    [Fact]
    public async Task Task_ThatRaises_FailsWithItsTextAndIsNotRetried()
    {
        var ended = await Client.RunAsync("raises", 3, StockClient.Number("x", 7));

        Assert.Equal(ActionPhase.Failed, ended.Status.Phase);
        Assert.Equal("ValueError: no such year: 7", ended.ErrorInfo.Message);
        Assert.Single(ended.Attempts);
    }

    [Fact]
    public async Task Task_ThatRaisesRecoverably_IsTriedAgain()
    {
        var ended = await Client.RunAsync("flaky", 2);

        Assert.Equal(2, (await Client.OutputsAsync(ended))[0].Scalar.Primitive.Integer);
    }

    [Fact]
    public async Task Task_ThatDies_IsACrashAndNotAnErrorOfItsOwn()
    {
        var silent = await Client.RunAsync("silent");
        var crashed = await Client.RunAsync("crashes");

        Assert.StartsWith("no_result: ", silent.ErrorInfo.Message, StringComparison.Ordinal);
        Assert.StartsWith("exit_code: exit code 3", crashed.ErrorInfo.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithARawDataPrefixOfItsOwn_IsRefusedAndNotIgnored()
    {
        var before = await Client.RunAsync("nothing");
        var store = before.Attempts[0].Outputs.OutputUri;
        store = store[..store.IndexOf("/runs/", StringComparison.Ordinal)];

        var own = await Client.EndAsync(await Client.SubmitAsync(
            "nothing", 0, run => run.RawDataStorage = new RawDataStorage { RawDataPrefix = store + "/raw" }));
        var foreign = await Assert.ThrowsAsync<RpcException>(() => Client.SubmitAsync(
            "nothing", 0, run => run.RawDataStorage = new RawDataStorage { RawDataPrefix = "file:///etc/raw" }));

        Assert.StartsWith("run_folder_unsupported", own.ErrorInfo.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await JournalledAsync("run_folder_unsupported"));
        Assert.Equal(StatusCode.InvalidArgument, foreign.StatusCode);
    }

    // Evidence that the control plane cannot edit: it lies on the cluster's own disk.
    private async Task<object?> JournalledAsync(string outcome)
    {
        var file = Path.Combine(planes.Union.Compute.Folder, "data", "state.db");
        await using var journal = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=false");
        await journal.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = journal.CreateCommand();
        command.CommandText = "select count(*) from audit where action = 'StartAttempt' and outcome = $outcome";
        command.Parameters.AddWithValue("$outcome", outcome);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("fans_out")]
    [InlineData("fans_out_older")]
    public async Task Parent_FansOut_JoinsItsChildrensOutputs(string function)
    {
        var ended = await Client.RunAsync(function, 0, StockClient.Number("x", 4));

        Assert.Equal(20, (await Client.OutputsAsync(ended))[0].Scalar.Primitive.Integer);
        var children = (await Client.ActionsAsync(ended.Id.Run.Name)).Where(action => action.Id.Name != "a0").ToList();
        Assert.Equal(4, children.Count);
        Assert.All(children, child =>
        {
            Assert.Equal(("a0", "fan", ActionPhase.Succeeded), (child.Metadata.Parent, child.Metadata.Group, child.Status.Phase));
            Assert.StartsWith("4", child.Id.Name, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Parent_OfAChildThatFails_GetsTheErrorInTheChildsOwnWords()
    {
        var ended = await Client.RunAsync("catches", 0, StockClient.Number("x", 3));

        var outputs = await Client.OutputsAsync(ended);
        Assert.Equal("ValueError|no such year: 3|User", outputs[0].Scalar.Primitive.StringValue);
        Assert.Equal("exit_code|User", outputs[1].Scalar.Primitive.StringValue);
    }

    [Fact]
    public async Task Parent_ThatDiesAndIsRetried_FindsItsFinishedChildAgain()
    {
        var ended = await Client.RunAsync("replays", 1, StockClient.Number("x", 5));

        var outputs = await Client.OutputsAsync(ended);
        Assert.Equal((10, 1), (outputs[0].Scalar.Primitive.Integer, outputs[1].Scalar.Primitive.Integer));
        Assert.Equal(2, (await Client.ActionsAsync(ended.Id.Run.Name)).Count);
    }

    [Fact]
    public async Task Trace_OfACallThatWasMade_IsFoundByTheRetry()
    {
        var ended = await Client.RunAsync("traces", 1, StockClient.Number("x", 7));

        var outputs = await Client.OutputsAsync(ended);
        Assert.Equal((21, 0), (outputs[0].Scalar.Primitive.Integer, outputs[1].Scalar.Primitive.Integer));
        var trace = Assert.Single(await Client.ActionsAsync(ended.Id.Run.Name), action => action.Id.Name != "a0");
        Assert.Equal(
            (ActionType.Trace, "lookup", ActionPhase.Succeeded),
            (trace.Metadata.ActionType, trace.Metadata.Trace.Name, trace.Status.Phase));
    }

    [Fact]
    public async Task Condition_WaitsForItsSignal_AndTheTaskGetsTheValue()
    {
        var run = await Client.SubmitAsync("asks");
        await Eventually.IsAsync(
            async () => (await Client.ActionsAsync(run)).Any(action => action.Status.Phase == ActionPhase.Paused), "the condition");
        var action = Client.Union.Action(run, "approve");

        var wrong = await Assert.ThrowsAsync<RpcException>(() => SignalAsync(action, new EventPayload { StringValue = "yes" }));
        await SignalAsync(action, new EventPayload { BoolValue = true });
        await SignalAsync(action, new EventPayload { BoolValue = true });
        var late = await Assert.ThrowsAsync<RpcException>(() => SignalAsync(action, new EventPayload { BoolValue = false }));
        var ended = await Client.EndAsync(run);

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.FailedPrecondition), (wrong.StatusCode, late.StatusCode));
        Assert.Equal("Succeeded True", (await Client.OutputsAsync(ended))[0].Scalar.Primitive.StringValue);
        var details = await Client.EndAsync(run, "approve");
        Assert.Equal("Ship the canary-prompt?", details.Condition.Prompt);
        Assert.True(details.SignalInfo.Output.Scalar.Primitive.Boolean);
        Assert.NotEqual("", details.SignalInfo.SignalledBy.User.Id.Subject);
    }

    [Fact]
    public async Task Child_NamesItsQueue_WaitsThereOrIsRefused()
    {
        var ended = await Client.RunAsync("chooses");

        Assert.Equal("invalid_argument invalid_argument ok", (await Client.OutputsAsync(ended))[0].Scalar.Primitive.StringValue);
        Assert.Equal(
            ["a0", "same"], (await Client.ActionsAsync(ended.Id.Run.Name)).Select(action => action.Id.Name).Order());
    }

    [Theory]
    [InlineData("aborts")]
    [InlineData("aborts_older")]
    public async Task Parent_AbortsAChild_IsToldSo(string function)
    {
        var ended = await Client.RunAsync(function);

        Assert.Equal("Aborted", (await Client.OutputsAsync(ended))[0].Scalar.Primitive.StringValue);
    }

    [Fact]
    public async Task Parent_ThatFails_LeavesNoChildRunning()
    {
        var ended = await Client.RunAsync("leaves");

        Assert.Equal(ActionPhase.Failed, ended.Status.Phase);
        var child = Assert.Single(await Client.ActionsAsync(ended.Id.Run.Name), action => action.Id.Name != "a0");
        Assert.Equal(ActionPhase.Aborted, child.Status.Phase);
    }

    [Theory]
    [InlineData("trespasses")]
    [InlineData("trespasses_older")]
    public async Task Task_ThatActsForOthersOrNamesOthersObjects_IsRefused(string function)
    {
        var ended = await Client.RunAsync(function);

        Assert.Equal(
            "permission_denied permission_denied invalid_argument invalid_argument invalid_argument invalid_argument "
            + "not_found permission_denied permission_denied",
            (await Client.OutputsAsync(ended))[0].Scalar.Primitive.StringValue);
        Assert.Single(await Client.ActionsAsync(ended.Id.Run.Name));
    }
}
