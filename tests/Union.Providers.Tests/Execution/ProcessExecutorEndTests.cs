using Union.Core.ComputePlane.Execution;
using Union.Providers.Local.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class ProcessExecutorEndTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_LongerThanItsTimeout_TimesOutAfterBeingAsked(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var work = fixture.Shell(
            "trap 'echo asked; exit 0' TERM; while :; do sleep 0.05; done",
            draft => draft.Timeout(TimeSpan.FromMilliseconds(300)));

        var result = await fixture.RunAsync(work);

        Assert.Equal((AttemptOutcome.TimedOut, "timed_out"), (result.Outcome, result.Error?.Code));
        Assert.Contains("0.3 s", result.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("asked", (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    [Fact]
    public async Task Restart_FolderWhoseRemovalWasCutShort_IsRemoved()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("true");
        await fixture.RunAsync(work);
        File.Delete(fixture.FolderOf(work).Record);

        await fixture.RestartAsync();

        Assert.False(Directory.Exists(fixture.FolderOf(work).Root));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ClockSetForwardMeanwhile_KeepsItsTime(bool restarted)
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell(
            "echo began; while [ ! -e go ]; do sleep 0.05; done", draft => draft.Timeout(TimeSpan.FromMinutes(1)));
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "began");

        fixture.Clock.Offset = TimeSpan.FromHours(1);
        if (restarted)
        {
            await fixture.RestartAsync();
        }

        // One watch looks at all attempts: what ends this one has seen the other.
        var brief = await fixture.RunAsync(fixture.Shell("sleep 60", draft => draft.Timeout(TimeSpan.FromMilliseconds(200))));
        Assert.Equal(AttemptOutcome.TimedOut, brief.Outcome);
        var ended = fixture.WaitAsync(work);
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);

        Assert.Equal(AttemptOutcome.Succeeded, (await ended).Outcome);
    }

    [Fact]
    public async Task Run_MoreThanItsMemory_IsKilledNamingTheLimit()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        // More than its memory and less than it may map, and it stays so until it is seen.
        var work = fixture.Shell(
            "awk 'BEGIN { while (i < 200000) a[++i] = sprintf(\"%0200d\", i); system(\"sleep 60\") }'",
            draft => draft.Memory("32Mi"));

        var result = await fixture.RunAsync(work);

        Assert.Equal((AttemptOutcome.Failed, "out_of_memory"), (result.Outcome, result.Error?.Code));
        Assert.Contains("33554432", result.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_TaskThatLeftItsSessionAndIgnoresTerm_LeavesNoProcess(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.Of(dataDir => new()
        {
            DataDir = dataDir,
            Sandbox = sandboxed ? SandboxMode.Auto : SandboxMode.Off,
            AllowUnsandboxed = true,
            KillGrace = TimeSpan.FromMilliseconds(100),
        });
        var mark = Guid.CreateVersion7().ToString();
        var work = fixture.Shell(
            $"trap '' TERM; setsid sh -c \"trap '' TERM; echo up; while :; do sleep 60; done\" {mark} & wait; sleep 60");
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");
        Assert.NotEmpty(Processes(mark));

        await fixture.Executor.EndAsync(work.Key, EndReason.Aborted, Cancel);

        Assert.Empty(Processes(mark));
        Assert.Equal((AttemptOutcome.Aborted, "aborted"), await OutcomeAsync(fixture, work));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_BackgroundChildOfEndedCommand_IsGoneBeforeTheResult(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var mark = Guid.CreateVersion7().ToString();

        var result = await fixture.RunAsync(
            fixture.Shell($"setsid sh -c 'while :; do sleep 60; done' {mark} & exit 0"));

        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Empty(Processes(mark));
    }

    [Fact]
    public async Task End_EndedAttempt_ChangesNothing()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("true");
        await fixture.RunAsync(work);

        await fixture.Executor.EndAsync(work.Key, EndReason.Aborted, Cancel);

        Assert.Equal(AttemptOutcome.Succeeded, (await fixture.WaitAsync(work)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_WhileRunning_AdoptsAndCollects(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var work = fixture.Shell(
            "echo before; while [ ! -e go ]; do sleep 0.02; done; echo 'value after' > $UNION_OUTPUTS/text; echo after",
            draft => draft.Output("text", "string"));
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "before");

        await fixture.RestartAsync();
        Assert.Equal(work.Key, Assert.Single(await fixture.Executor.ListAsync(Cancel)));
        var waiting = fixture.WaitAsync(work);
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);
        var result = await waiting;

        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Equal("value after", fixture.OutputsOf(work).Literals[0].Value.Scalar.Primitive.StringValue);
        Assert.Equal(["before", "after"], (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    [Fact]
    public async Task Restart_AfterTheEnd_CollectsOnceAndRemembers()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        var work = fixture.Shell("while [ ! -e go ]; do sleep 0.02; done; echo 7 > $UNION_OUTPUTS/n", draft => draft.Output("n", "int"));
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.Executor.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);
        await FileAsync(fixture.FolderOf(work).Exit);

        await fixture.RestartAsync();
        var first = await fixture.WaitAsync(work);
        await fixture.RestartAsync();

        Assert.Equal(AttemptOutcome.Succeeded, first.Outcome);
        Assert.Equal(7, fixture.OutputsOf(work).Literals[0].Value.Scalar.Primitive.Integer);
        Assert.Equal(first, await fixture.WaitAsync(work));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Supervisor_KilledWithoutResult_IsLostAndNothingRuns(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var mark = Guid.CreateVersion7().ToString();
        var work = fixture.Work(["sh", "-c", "echo up; while :; do sleep 60; done", mark]);
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");

        ProcessIdentity.Parse(AttemptFolder.ReadLine(fixture.FolderOf(work).Pid))!.Value.Signal(9);
        var result = await fixture.WaitAsync(work);

        Assert.Equal(("lost", ErrorKind.System, true), (result.Error!.Code, result.Error.Kind, result.Error.Recoverable));
        Assert.Empty(Processes(mark));
    }

    [Fact]
    public async Task Restart_FolderOfAnEarlierBoot_IsLostAndItsNumbersOwnerUntouched()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("true");
        await fixture.RunAsync(work);
        var folder = fixture.FolderOf(work);
        File.Delete(folder.Result);
        File.Delete(folder.Exit);

        // The number is ours by now, the start time is not.
        await File.WriteAllTextAsync(folder.Pid, $"{Environment.ProcessId} 1\n", Cancel);
        await fixture.RestartAsync();
        await fixture.Executor.EndAsync(work.Key, EndReason.Aborted, Cancel);

        Assert.Equal("lost", (await fixture.WaitAsync(work)).Error?.Code);
    }

    private static async Task<(AttemptOutcome, string?)> OutcomeAsync(ExecutorFixture fixture, AttemptWork work)
    {
        var result = await fixture.WaitAsync(work);
        return (result.Outcome, result.Error?.Code);
    }

    /// <summary>Live processes with a word among their arguments, the wrappers around them left out.</summary>
    private static List<int> Processes(string mark) =>
    [
        .. ProcessTable.Read().Rows.Select(row => row.Identity.Pid).Where(pid =>
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(mark, StringComparer.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }),
    ];

    private static async Task FileAsync(string path)
    {
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!);
        var written = new TaskCompletionSource();
        watcher.Changed += (_, change) => _ = change.FullPath == path && written.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (AttemptFolder.ReadLine(path) is null)
        {
            await written.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
    }
}
