using System.Text.Json;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Logs.Dataplane;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Data.V1;
using Union.Host.Cli;
using Action = Flyteidl2.Workflow.Action;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Cli;

public sealed class ReadCommandTests : IAsyncLifetime
{
    private FakeInstallation _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeInstallation.StartAsync();
        _fake.State.Script.AddRange([NewAction("r1", "a0", ""), NewAction("r2", "y1", "a0")]);
        _fake.State.Root = new ActionDetails
        {
            Id = _fake.State.Script[0].Id,
            Status = new ActionStatus { Phase = ActionPhase.Failed, Attempts = 2 },
            ErrorInfo = new Flyteidl2.Workflow.ErrorInfo { Message = "it broke\u202e" },
        };
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task GetRuns_TwoPages_ShowsBoth()
    {
        var result = await _fake.RunAsync("get", "runs");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(["RUN", "TASK", "PHASE", "STARTED", "DURATION"], Words(result.Lines[0]));
        Assert.Equal(["r1", "rain", "SUCCEEDED", "1970-01-01", "00:00:00Z", "1m30s"], Words(result.Lines[1]));
        Assert.StartsWith("r2", result.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetRuns_Limit_IsKept()
    {
        var result = await _fake.RunAsync("get", "runs", "--limit", "1", "--output", "json");

        var runs = JsonDocument.Parse(result.Out).RootElement.EnumerateArray().ToList();
        Assert.Equal("r1", Assert.Single(runs).GetProperty("run").GetString());
        Assert.Equal("1970-01-01T00:00:00Z", runs[0].GetProperty("startTime").GetString());
    }

    [Fact]
    public async Task GetRun_Failed_ShowsTheErrorEscaped()
    {
        var result = await _fake.RunAsync("get", "run", "r1");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("phase     FAILED", result.Lines);
        Assert.Contains("it broke\\u{202e}", result.Lines);
    }

    [Fact]
    public async Task GetActions_Tree_IsIndented()
    {
        var result = await _fake.RunAsync("get", "actions", "r1");

        Assert.StartsWith("a0 ", result.Lines[1], StringComparison.Ordinal);
        Assert.StartsWith("  y1 ", result.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetIo_Json_HasTypedValues()
    {
        _fake.State.Inputs = new Inputs
        {
            Literals = { new NamedLiteral { Name = "n", Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { Integer = 7 } } } } },
        };

        var result = await _fake.RunAsync("get", "io", "r1", "-o", "json");

        var document = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("a0", document.GetProperty("action").GetString());
        Assert.Equal(7, document.GetProperty("inputs")[0].GetProperty("value").GetInt64());
        Assert.Empty(document.GetProperty("outputs").EnumerateArray());
    }

    // Links are credentials: they are printed where somebody asks for them by name, and never else.
    [Fact]
    public async Task GetIo_Links_AreAskedForOnce_AndPrintedOnRequestOnly()
    {
        _fake.State.Outputs = new Outputs { Literals = { FileAt("a", "fake://store/a"), FileAt("b", "fake://store/a"), FileAt("c", "fake://store/secret") } };

        var without = await _fake.RunAsync("get", "io", "r1");
        var with = await _fake.RunAsync("get", "io", "r1", "--links");
        var json = await _fake.RunAsync("get", "io", "r1", "--links", "-o", "json");

        Assert.DoesNotContain(FakeState.LinkAskedFor, without.Out, StringComparison.Ordinal);
        Assert.Contains($"  fake://store/a: {FakeState.LinkAskedFor}", with.Lines);
        Assert.Contains("  fake://store/secret: refused: Not there.", with.Lines);
        var links = JsonDocument.Parse(json.Out).RootElement.GetProperty("links");
        Assert.Equal(FakeState.LinkAskedFor, links[0].GetProperty("url").GetString());
        Assert.Equal("prefix_refused_by_policy", links[1].GetProperty("refusal").GetString());
        var requests = _fake.State.Requests.OfType<CreateLinksRequest>().ToList();
        Assert.Equal(2, requests.Count);
        Assert.All(requests, r => Assert.Equal(["fake://store/a", "fake://store/secret"], r.References));
    }

    private static NamedLiteral FileAt(string name, string uri) => new()
    {
        Name = name,
        Value = new Literal { Scalar = new Scalar { Blob = new Blob { Uri = uri } } },
    };

    [Fact]
    public async Task GetClusters_NameFromOutside_IsEscaped()
    {
        var result = await _fake.RunAsync("get", "clusters");

        Assert.Contains("east\\u{1b}[31m", result.Out, StringComparison.Ordinal);
        Assert.Contains("online", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_Ended_PrintsLinesEscaped()
    {
        AddLogs();

        var result = await _fake.RunAsync("logs", "r1");

        Assert.Equal(["first", "\\u{1b}]0;title\\u{7} second\\u{d}"], result.Lines);
    }

    [Fact]
    public async Task Logs_Raw_LeavesThemAsTheyAre()
    {
        AddLogs();

        var result = await _fake.RunAsync("logs", "r1", "--raw", "--timestamps");

        Assert.Equal("1970-01-01T00:00:00.000Z first", result.Lines[0]);
        Assert.Contains("\u001b]0;title\u0007 second", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_RunningWithoutFollow_Ends()
    {
        AddLogs();
        _fake.State.Root.Status.Phase = ActionPhase.Running;

        var result = await _fake.RunAsync("logs", "r1", "--output", "json");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal("first", JsonDocument.Parse(result.Lines[0]).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Logs_NoAttempt_SaysSo()
    {
        _fake.State.Root.Status = new ActionStatus { Phase = ActionPhase.Queued };

        var result = await _fake.RunAsync("logs", "r1");

        Assert.Equal(ExitCode.NotFound, result.Code);
        Assert.Contains("--follow", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_There_IsFetchedIntoAFile()
    {
        _fake.State.Objects["report"] = "<html>"u8.ToArray();

        var result = await _fake.RunAsync("report", "r1", "y1");

        Assert.Equal(_fake.Folder["r1-y1-report.html"], result.Out.Trim());
        Assert.Equal("<html>", await File.ReadAllTextAsync(result.Out.Trim(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Report_None_IsNotFound()
    {
        var result = await _fake.RunAsync("report", "r1");

        Assert.Equal(ExitCode.NotFound, result.Code);
        Assert.Contains("$UNION_REPORT", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_File_IsWrittenByteForByte()
    {
        _fake.State.Objects["table"] = "a,b\u001b\n"u8.ToArray();

        var toPipe = await _fake.RunAsync("output", "r1", "a0", "table");
        var toFile = await _fake.RunAsync("output", "r1", "a0", "table", "--output-file", "t.csv");

        Assert.Equal("a,b\u001b\n", toPipe.Out);
        Assert.Equal("a,b\u001b\n", await File.ReadAllTextAsync(toFile.Out.Trim(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Output_PlainValue_IsPrinted()
    {
        _fake.State.Outputs = new Outputs
        {
            Literals = { new NamedLiteral { Name = "n", Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { Integer = 7 } } } } },
        };

        Assert.Equal("7\n", (await _fake.RunAsync("output", "r1", "a0", "n")).Out);
        Assert.Equal(ExitCode.NotFound, (await _fake.RunAsync("output", "r1", "a0", "m")).Code);
    }

    [Fact]
    public async Task Output_Folder_IsRefused()
    {
        _fake.State.Outputs = new Outputs
        {
            Literals = { new NamedLiteral { Name = "parts", Value = new Literal { Scalar = new Scalar { Blob = new Blob() } } } },
        };

        var result = await _fake.RunAsync("output", "r1", "a0", "parts");

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Contains("is no single file", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_Run_SendsTheReason()
    {
        await _fake.RunAsync("abort", "r1", "--reason", "wrong month");
        await _fake.RunAsync("abort", "r1", "y1");

        Assert.Equal("wrong month", _fake.State.Last<AbortRunRequest>().Reason);
        Assert.Equal("y1", _fake.State.Last<AbortActionRequest>().ActionId.Name);
    }

    [Theory]
    [InlineData(ActionPhase.Aborted, "r1 is aborted.")]
    [InlineData(ActionPhase.Running, "r1 is aborted.")]
    [InlineData(ActionPhase.TimedOut, "r1 had ended before and stays TIMED_OUT.")]
    [InlineData(ActionPhase.Succeeded, "r1 had ended before and stays SUCCEEDED.")]
    public async Task Abort_SaysWhatCameOfIt(ActionPhase phase, string expected)
    {
        _fake.State.Root = new ActionDetails { Status = new ActionStatus { Phase = phase } };

        var result = await _fake.RunAsync("abort", "r1");

        Assert.Equal(expected, result.Out.Trim());
    }

    private void AddLogs() => _fake.State.Logs.AddRange(
    [
        new LogLine { Message = "first", Timestamp = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) },
        new LogLine { Message = "\u001b]0;title\u0007 second\r\n", Timestamp = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) },
    ]);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Action NewAction(string run, string name, string parent) => new()
    {
        Id = new ActionIdentifier { Run = new RunIdentifier { Name = run }, Name = name },
        Metadata = new ActionMetadata
        {
            Parent = parent,
            Task = new TaskActionMetadata { Id = new TaskIdentifier { Name = "rain" } },
        },
        Status = new ActionStatus
        {
            Phase = ActionPhase.Succeeded,
            StartTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            EndTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(90)),
        },
    };
}
