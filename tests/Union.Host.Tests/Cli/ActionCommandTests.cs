using Union.Contracts.Task.V1;
using Union.Host.Cli;

namespace Union.Host.Tests.Cli;

public sealed class ActionCommandTests : IAsyncLifetime
{
    private FakeInstallation _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeInstallation.StartAsync();
        _fake.Folder.Write("year.yaml", """
            name: year
            command: [awk, -f, year.awk]
            files: [year.awk]
            inputs: {year: int, rows: file, before: file}
            """);
        _fake.Folder.Write("year.awk", "{}");
        _fake.Folder.Write("2015.csv", new string('x', 200_000));
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task Enqueue_EveryKindOfInput_IsSent()
    {
        var result = await EnqueueAsync("--input", "year=2015", "--input", "rows=@2015.csv", "--input", "before=@y2014.table");

        Assert.Equal((ExitCode.Done, "y2015\n"), (result.Code, result.Out));
        var request = _fake.State.Last<EnqueueRequest>();
        Assert.Equal(("y2015", "years", "year"), (request.Name, request.Group, request.Task.TaskTemplate.Id.Name));
        Assert.Equal(["year", "rows"], request.Inputs.Literals.Select(l => l.Name));
        Assert.Equal("fake://store/uploaded", request.Inputs.Literals[1].Value.Scalar.Blob.Uri);
        Assert.Equal(200_000, _fake.State.Objects["uploaded"].Length);
        var output = Assert.Single(request.OutputsAsInputs);
        Assert.Equal(("before", "y2014", "table"), (output.Input, output.Child, output.Output));
        Assert.Empty(request.Task.TaskTemplate.Metadata.CodeBundleUri);
    }

    [Fact]
    public async Task Enqueue_FileNotInTheBundle_SaysWhoMustListIt()
    {
        File.Delete(_fake.Folder["year.awk"]);

        var result = await EnqueueAsync("--input", "year=1", "--input", "rows=@2015.csv", "--input", "before=@y2014.table");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Contains("year.awk: is not in the bundle of this task", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_WrongInputs_ReportsAll()
    {
        var result = await EnqueueAsync("--input", "year=soon", "--input", "rows=@no/such.csv");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Equal(3, result.Error.TrimEnd('\n').Split('\n').Length);
        Assert.Empty(_fake.State.Calls);
    }

    [Fact]
    public async Task Wait_AllSucceeded_IsDone()
    {
        var result = await _fake.RunAsync("action", "wait", "y1", "y2", "y1");

        Assert.Equal((ExitCode.Done, "y1 succeeded\ny2 succeeded\n"), (result.Code, result.Out));
    }

    [Fact]
    public async Task Wait_OneFailed_FailsWithItsError()
    {
        var result = await _fake.RunAsync("action", "wait", "y1", "bad1");

        Assert.Equal((ExitCode.Failed, "y1 succeeded\nbad1 failed\n"), (result.Code, result.Out));
        Assert.Equal("error: bad1 is FAILED (exit_code): it broke\\u{1b}[2J\n", result.Error);
    }

    [Fact]
    public async Task Output_Chunks_AreJoined()
    {
        Assert.Equal("totals.rain", (await _fake.RunAsync("action", "output", "totals", "rain")).Out);
    }

    [Fact]
    public async Task Enqueue_ClusterIsAway_IsRepeatedUntilItIsServed()
    {
        _fake.State.AwayAfter = 0;

        var result = await EnqueueAsync("--input", "year=2015", "--input", "rows=@2015.csv", "--input", "before=@y2014.table");

        Assert.Equal((ExitCode.Done, "y2015\n"), (result.Code, result.Out));
        Assert.Equal("The cluster does not answer; the call is repeated until it does.\n", result.Error);
        Assert.Equal(2, _fake.State.Calls.Count(call => call.EndsWith("/Enqueue", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Wait_ClusterGoesAwayBetweenTwoChildren_WaitsForTheRestOnly()
    {
        _fake.State.AwayAfter = 1;

        var result = await _fake.RunAsync("action", "wait", "bad1", "y2");

        Assert.Equal((ExitCode.Failed, "bad1 failed\ny2 succeeded\n"), (result.Code, result.Out));
        Assert.Equal(["y2"], _fake.State.Last<WaitRequest>().Names);
    }

    [Fact]
    public async Task Output_ClusterIsAway_IsReadOnce()
    {
        _fake.State.AwayAfter = 0;

        Assert.Equal("totals.rain", (await _fake.RunAsync("action", "output", "totals", "rain")).Out);
    }

    [Fact]
    public async Task Wait_OutsideOfATask_SaysSo()
    {
        var result = await CliResult.RunAsync(null, ["action", "wait", "y1"], "", CancellationToken.None);

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Contains("inside a task only", result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> EnqueueAsync(params string[] more) =>
        _fake.RunAsync(["action", "enqueue", "year.yaml", "--name", "y2015", "--group", "years", .. more]);
}
