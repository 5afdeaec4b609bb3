using Union.Core.ComputePlane.Execution;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

/// <summary>
/// Control groups: ending and adopting run against the kernel wherever root may make a group; limits only where the
/// controllers were delegated to this process, and what is written for them everywhere.
/// </summary>
public sealed class CgroupTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private string? _made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_made is not null)
        {
            Directory.Delete(_made);
        }

        _root.Dispose();
    }

    [Theory]
    [InlineData("rw - cgroup2 cgroup2 rw", "0::/unit/union-plane", "cpu io memory pids", null)]
    [InlineData("rw shared:4 - cgroup2 cgroup2 rw", "3:pids:/x\n0::/unit/union-plane", "pids memory cpu", null)]
    [InlineData("rw - cgroup2 cgroup2 rw", "0::/unit/union-plane", "memory pids", "does not have: cpu")]
    [InlineData("rw - cgroup2 cgroup2 rw", "0::/unit", "cpu memory pids", "not started in a control group named union-plane")]
    [InlineData("rw - cgroup2 cgroup2 rw", "0::/", "cpu memory pids", "not started in a control group named union-plane")]
    [InlineData("rw - cgroup cgroup rw", "0::/unit/union-plane", "cpu memory pids", "not mounted")]
    [InlineData("rw - cgroup2 cgroup2 rw", "1:name=systemd:/", "cpu memory pids", "in no cgroup v2 group")]
    public void Look_FindsWhatWasDelegated_OrSaysWhyNot(string mount, string own, string controllers, string? why)
    {
        var unit = WriteMachine(mount, own, controllers);

        var (path, said) = CgroupTree.Look(_root["proc"]);

        Assert.Equal(why is null ? unit : null, path);
        Assert.Contains(why ?? unit, said, StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_DelegatedGroup_SharesItsControllersOut()
    {
        var unit = WriteMachine("rw - cgroup2 cgroup2 rw", "0::/unit/union-plane", "cpu memory pids");

        Assert.NotNull(CgroupTree.TryOpen(out _, _root["proc"]));
        Assert.Equal("+cpu +memory +pids", File.ReadAllText(Path.Combine(unit, "cgroup.subtree_control")));
    }

    [Fact]
    public void TryOpen_GroupThatIsNotOurs_IsNullWithTheReason()
    {
        var unit = WriteMachine("rw - cgroup2 cgroup2 rw", "0::/unit/union-plane", "cpu memory pids");
        // As little to be written as a file of the kernel that belongs to somebody else, root included.
        Directory.CreateDirectory(Path.Combine(unit, "cgroup.subtree_control"));

        Assert.Null(CgroupTree.TryOpen(out var why, _root["proc"]));
        Assert.Contains("was not delegated to this process", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WritesEveryLimitOfTheAttempt()
    {
        Directory.CreateDirectory(_root["tree/union-attempt-a-1"]);
        _root.Write("tree/union-attempt-a-1/memory.swap.max", "max\n");

        var group = CgroupTree.At(_root["tree"], ["cpu", "memory", "pids"])
            .Create("a-1", new TaskLimits(TimeSpan.FromMinutes(1), 64 << 20, 0.5), 100);

        string Limit(string file) => File.ReadAllText(Path.Combine(group.Path, file));
        Assert.Equal(
            ("67108864", "1", "0", "50000 100000", "100"),
            (Limit("memory.max"), Limit("memory.oom.group"), Limit("memory.swap.max"), Limit("cpu.max"), Limit("pids.max")));
        Assert.True(group.LimitsMemory);
        Assert.False(group.RanOutOfMemory);
        File.WriteAllText(Path.Combine(group.Path, "memory.events"), "low 0\noom 1\noom_kill 3\n");
        Assert.True(group.RanOutOfMemory);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_TaskInAGroup_EndsAllOfItAndRemovesTheGroup(bool sandboxed)
    {
        var groups = Groups();
        await using var fixture = InGroups(groups, sandboxed);
        // Neither its session nor its mark is left, so only the group still knows the child.
        var work = fixture.Shell("env -i setsid sh -c 'trap \"\" TERM; sleep 1000' & echo up; wait; sleep 1000");
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");
        Assert.NotEmpty(MembersOf(groups));

        await fixture.Executor.EndAsync(work.Key, EndReason.Aborted, Cancel);
        var result = await fixture.WaitAsync(work);

        Assert.Equal(AttemptOutcome.Aborted, result.Outcome);
        Assert.Empty(Directory.GetDirectories(groups));
    }

    [Fact]
    public async Task Restart_TaskInAGroup_IsAdoptedWithIt()
    {
        var groups = Groups();
        await using var fixture = InGroups(groups, sandboxed: false);
        var work = fixture.Shell(
            "env -i setsid sh -c 'sleep 1000' & echo up; while [ ! -e go ]; do sleep 0.02; done; exit 0");
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");

        await fixture.RestartAsync();
        Assert.Single(Directory.GetDirectories(groups));
        var waiting = fixture.WaitAsync(work);
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);

        Assert.Equal(AttemptOutcome.Succeeded, (await waiting).Outcome);
        Assert.Empty(Directory.GetDirectories(groups));
    }

    [Fact]
    public async Task Start_GroupOfAnAttemptThatIsNoLongerKept_IsRemoved()
    {
        var groups = Groups();
        Directory.CreateDirectory(Path.Combine(groups, "union-attempt-left-1"));

        await using var fixture = InGroups(groups, sandboxed: false);

        Assert.Empty(Directory.GetDirectories(groups));
    }

    [Fact]
    public async Task Run_MoreThanItsMemory_IsEndedByTheKernel()
    {
        var tree = WithControllers(Groups());
        await using var fixture = ExecutorFixture.Of(dataDir => new()
        {
            DataDir = dataDir,
            Sandbox = SandboxMode.Off,
            AllowUnsandboxed = true,
            Groups = tree,
        });
        var work = fixture.Shell(
            "awk 'BEGIN { for (;;) a[++i] = sprintf(\"%0200d\", i) }'", draft => draft.Memory("32Mi"));

        var result = await fixture.RunAsync(work);

        Assert.Equal(("cgroup", "out_of_memory"), (fixture.Executor.Capabilities.Limits, result.Error?.Code));
    }

    private static ExecutorFixture InGroups(string groups, bool sandboxed) => ExecutorFixture.Of(dataDir => new()
    {
        DataDir = dataDir,
        Sandbox = sandboxed ? SandboxMode.Auto : SandboxMode.Off,
        AllowUnsandboxed = true,
        KillGrace = TimeSpan.FromMilliseconds(100),
        Groups = CgroupTree.At(groups, []),
    });

    private string WriteMachine(string mount, string own, string controllers)
    {
        var unit = Directory.CreateDirectory(_root["groups/unit"]).FullName;
        _root.Write("groups/unit/cgroup.controllers", controllers + "\n");
        _root.Write("proc/self/mountinfo", $"30 24 0:26 / {_root["groups"]} {mount}\n");
        _root.Write("proc/self/cgroup", own + "\n");
        return unit;
    }

    private static CgroupTree WithControllers(string groups)
    {
        string[] needed = ["cpu", "memory", "pids"];
        var missing = needed.Except(File.ReadAllText(Path.Combine(groups, "cgroup.controllers")).Split(' ', '\n')).ToList();
        Assert.SkipWhen(missing.Count > 0, $"the control groups of this machine do not have: {string.Join(", ", missing)}");
        File.WriteAllText(Path.Combine(groups, "cgroup.subtree_control"), string.Join(' ', needed.Select(c => "+" + c)));
        return CgroupTree.At(groups, needed);
    }

    private static List<string> MembersOf(string groups) =>
        [.. Directory.GetDirectories(groups).SelectMany(group => File.ReadAllLines(Path.Combine(group, "cgroup.procs")))];

    /// <summary>A real group of cgroup v2, without controllers: those of this machine may belong to version 1.</summary>
    private string Groups()
    {
        string[] places = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"];
        var place = places.FirstOrDefault(p => File.Exists(Path.Combine(p, "cgroup.procs")));
        Assert.SkipWhen(place is null, "cgroup v2 is not mounted");
        var path = Path.Combine(place, $"union-test-{Guid.CreateVersion7():n}");
        try
        {
            Directory.CreateDirectory(path);
            _made = path;
            Assert.SkipUnless(File.Exists(Path.Combine(path, "cgroup.kill")), "this kernel has no cgroup.kill");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"no control group can be made here: {e.Message}");
        }

        return path;
    }
}
