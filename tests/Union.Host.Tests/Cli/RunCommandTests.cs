using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Dataproxy;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Host.Cli;
using Action = Flyteidl2.Workflow.Action;
using Status = Grpc.Core.Status;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Cli;

public sealed class RunCommandTests : IAsyncLifetime
{
    private FakeInstallation _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeInstallation.StartAsync();
        _fake.Folder.Write("tasks/rain.yaml", """
            name: rain
            command: [sh, sum.sh]
            files: [sum.sh]
            inputs: {month: string, data: file}
            outputs: {total: float, table: file}
            queue: night
            """);
        _fake.Folder.Write("tasks/sum.sh", "echo sum");
        _fake.Folder.Write("weather.csv", "1,2,3");
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task Run_ToTheEnd_SendsEverythingAndShowsTheTree()
    {
        Succeeds();

        var result = await RainAsync("--name", "r1");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(
            [
                "r1",
                "a0  rain  RUNNING",
                "  y1  year [years]  QUEUED",
                "  y1  year [years] (attempt 2)  SUCCEEDED  1.5s",
                "a0  rain  SUCCEEDED",
                "outputs:",
                "  total = 2.5",
                "  table = file (union output r1 a0 table)",
            ],
            result.Lines);
        var upload = _fake.State.Last<UploadInputsRequest>();
        Assert.Equal("march", upload.Inputs.Literals.Single(l => l.Name == "month").Value.Scalar.Primitive.StringValue);
        var uri = upload.Inputs.Literals.Single(l => l.Name == "data").Value.Scalar.Blob.Uri;
        Assert.EndsWith("-weather.csv", uri, StringComparison.Ordinal);
        Assert.Equal("1,2,3"u8.ToArray(), _fake.State.Objects[uri["fake://store/".Length..]]);
        var created = _fake.State.Last<CreateRunRequest>();
        Assert.Equal(("r1", "default", "development"), (created.RunId.Name, created.RunId.Project, created.RunId.Domain));
        Assert.Equal("night", created.RunSpec.Queue);
        Assert.Equal("fake://store/inputs", created.OffloadedInputData.Uri);
        Assert.Equal(["sum.sh"], BundleAt(created.TaskSpec.TaskTemplate.Metadata.CodeBundleUri));
    }

    [Fact]
    public async Task Run_DataCalls_GoThroughTheClustersPath()
    {
        Succeeds();

        await RainAsync();

        Assert.Contains("/dp/c1/flyteidl2.dataproxy.DataProxyService/UploadInputs", _fake.State.Calls);
        Assert.Contains("/flyteidl2.workflow.RunService/CreateRun", _fake.State.Calls);
    }

    [Fact]
    public async Task Run_Json_GivesOneObjectALine()
    {
        Succeeds();

        var result = await RainAsync("--output", "json", "--name", "r1");

        var lines = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["started", "action", "action", "action", "action", "finished"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.Equal("r1", lines[0].GetProperty("run").GetString());
        Assert.Equal("years", lines[2].GetProperty("group").GetString());
        Assert.Equal("SUCCEEDED", lines[5].GetProperty("phase").GetString());
        var outputs = lines[5].GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal(2.5, outputs[0].GetProperty("value").GetDouble());
        Assert.Equal("fake://store/table", outputs[1].GetProperty("uri").GetString());
    }

    [Fact]
    public async Task Run_Failed_TellsTheErrorAndExitsWithOne()
    {
        _fake.State.Script.Add(NewAction("a0", ActionPhase.Failed));
        _fake.State.Root = new ActionDetails
        {
            Id = _fake.State.Script[0].Id,
            Status = new ActionStatus { Phase = ActionPhase.Failed },
            ErrorInfo = new Flyteidl2.Workflow.ErrorInfo { Message = "line one\nsum.sh: \u001b[31mnot found" },
        };

        var result = await RainAsync();

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Contains("is FAILED:\nline one\nsum.sh: \\u{1b}[31mnot found\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Detached_OnlyPrintsTheName()
    {
        var result = await RainAsync("--detach", "--name", "r2");

        Assert.Equal((ExitCode.Done, "r2\n"), (result.Code, result.Out));
        Assert.Empty(_fake.State.Requests.OfType<WatchActionsRequest>());
    }

    [Fact]
    public async Task Run_WatchBreaks_GoesOnWithoutRepeating()
    {
        Succeeds();
        _fake.State.WatchBreaksAfterEachMessage = true;

        var result = await RainAsync("--name", "r1");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(8, result.Lines.Length);
    }

    [Fact]
    public async Task Run_Interrupted_SaysHowToReturn()
    {
        _fake.State.Script.Add(NewAction("a0", ActionPhase.Running));
        using var interrupt = new CancellationTokenSource();
        var running = _fake.RunAsync(
            "", interrupt.Token, "run", "tasks/rain.yaml", "--input", "month=march", "--input", "data=@weather.csv", "--name", "r3");
        await _fake.State.Watching.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await interrupt.CancelAsync();
        var result = await running;

        Assert.Equal(ExitCode.Interrupted, result.Code);
        Assert.Contains("The run r3 goes on. Return to it with: union get run r3 --follow", result.Error, StringComparison.Ordinal);
        Assert.Empty(_fake.State.Requests.OfType<AbortRunRequest>());
    }

    [Fact]
    public async Task Run_WrongInputs_ReportsAllBeforeConnecting()
    {
        var result = await _fake.RunAsync("run", "tasks/rain.yaml", "--input", "mont=march", "--input", "data=@none.csv");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Equal(3, result.Error.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("did you mean 'month'?", result.Error, StringComparison.Ordinal);
        Assert.Empty(_fake.State.Calls);
    }

    [Fact]
    public async Task Run_WrongTaskFile_ReportsAllWithPlaces()
    {
        var path = _fake.Folder.Write("bad.yaml", "nam: x\ncommand: []\n");

        var result = await _fake.RunAsync("run", "bad.yaml");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Contains($"error: {path}:1:1: unknown key 'nam'; did you mean 'name'?", result.Error, StringComparison.Ordinal);
        Assert.Contains($"error: {path}:2:10: 'command' is missing", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MissingBundleFile_SaysWhich()
    {
        File.Delete(_fake.Folder["tasks/sum.sh"]);

        var result = await RainAsync();

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Contains($"{_fake.Folder["tasks/sum.sh"]}: there is no such file.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, (int)ExitCode.WrongUsage)]
    [InlineData(StatusCode.NotFound, (int)ExitCode.NotFound)]
    [InlineData(StatusCode.PermissionDenied, (int)ExitCode.NotAllowed)]
    [InlineData(StatusCode.Unauthenticated, (int)ExitCode.NotAllowed)]
    [InlineData(StatusCode.Unavailable, (int)ExitCode.Unreachable)]
    [InlineData(StatusCode.FailedPrecondition, (int)ExitCode.Failed)]
    public async Task Run_Refused_HasItsExitCode(StatusCode status, int expected)
    {
        _fake.State.Failure = new RpcException(new Status(status, "It was refused."));

        var result = await RainAsync();

        Assert.Equal(expected, (int)result.Code);
        Assert.StartsWith("error: It was refused.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ErrorDetails_GiveTheHint()
    {
        var info = new Google.Rpc.ErrorInfo { Reason = "cluster_offline", Metadata = { ["hint"] = "Start the cluster." } };
        var status = new Google.Rpc.Status { Details = { Google.Protobuf.WellKnownTypes.Any.Pack(info) } };
        var trailers = new Metadata { { "grpc-status-details-bin", Google.Protobuf.MessageExtensions.ToByteArray(status) } };
        _fake.State.Failure = new RpcException(new Status(StatusCode.Unavailable, "The cluster is offline."), trailers);

        var result = await RainAsync();

        Assert.Equal("error: The cluster is offline.\nhint: Start the cluster.\n", result.Error);
    }

    [Fact]
    public async Task Run_NobodyListens_IsUnreachable()
    {
        var result = await RainAsync("--endpoint", "http://127.0.0.1:9");

        Assert.Equal(ExitCode.Unreachable, result.Code);
        Assert.Contains("127.0.0.1:9", result.Error, StringComparison.Ordinal);
        Assert.Contains("union up", result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RainAsync(params string[] more) => _fake.RunAsync(
        ["run", "tasks/rain.yaml", "--input", "month=march", "--input", "data=@weather.csv", .. more]);

    private void Succeeds()
    {
        var child = NewAction("y1", ActionPhase.Queued);
        child.Metadata = new ActionMetadata
        {
            Parent = "a0",
            Group = "years",
            Task = new TaskActionMetadata { Id = new TaskIdentifier { Name = "year" } },
        };
        var ended = child.Clone();
        ended.Status = new ActionStatus { Phase = ActionPhase.Succeeded, DurationMs = 1500, Attempts = 2 };
        _fake.State.Script.AddRange(
            [NewAction("a0", ActionPhase.Running), child, ended, NewAction("a0", ActionPhase.Succeeded)]);
        _fake.State.Root = new ActionDetails
        {
            Id = _fake.State.Script[0].Id,
            Status = new ActionStatus { Phase = ActionPhase.Succeeded, Attempts = 1 },
        };
        _fake.State.Outputs = new Outputs
        {
            Literals =
            {
                new NamedLiteral { Name = "total", Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { FloatValue = 2.5 } } } },
                new NamedLiteral { Name = "table", Value = new Literal { Scalar = new Scalar { Blob = new Blob { Uri = "fake://store/table" } } } },
            },
        };
    }

    private static Action NewAction(string name, ActionPhase phase) => new()
    {
        Id = new ActionIdentifier { Run = new RunIdentifier { Name = "r1", Project = "default", Domain = "development" }, Name = name },
        Metadata = new ActionMetadata { Task = new TaskActionMetadata { Id = new TaskIdentifier { Name = "rain" } } },
        Status = new ActionStatus { Phase = phase },
    };

    private List<string> BundleAt(string uri)
    {
        using var gzip = new GZipStream(new MemoryStream(_fake.State.Objects[uri["fake://store/".Length..]]), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        return names;
    }
}
