namespace Union.Integration.Tests;

/// <summary><c>kill -9</c> of either plane during a run, both started by hand: the run finishes and nothing is done twice.</summary>
public sealed class KilledPlanesTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    private readonly UnionInstallation _union = fixture.Running;
    private readonly HeldTask _task = new(fixture.Running);

    [Fact]
    public async Task Control_plane_killed_during_a_run_knows_its_end_after_restart()
    {
        var run = await _union.DetachAsync(_task.File);
        await _task.BeganAsync();

        await _union.Control.Process.KillAsync();
        _task.Release();
        await _task.EndedAsync();
        await _union.Control.StartAsync();

        await _task.SucceededOnceAsync(run);
    }

    [Fact]
    public async Task Compute_plane_killed_during_a_run_adopts_the_task_that_outlived_it()
    {
        var run = await _union.DetachAsync(_task.File);
        await _task.BeganAsync();

        await _union.Compute.KillAndRestartAsync();
        await _union.Compute.Process.LineAsync(line => line.Contains("was adopted", StringComparison.Ordinal));
        _task.Release();

        await _task.SucceededOnceAsync(run);
    }

    [Fact]
    public async Task Compute_plane_away_while_a_task_ends_collects_its_result_once()
    {
        var run = await _union.DetachAsync(_task.File);
        await _task.BeganAsync();

        await _union.Compute.Process.KillAsync();
        _task.Release();
        await _task.EndedAsync();
        await _union.Compute.StartAsync();
        await _task.SucceededOnceAsync(run);
        await _union.Compute.KillAndRestartAsync();

        await _task.SucceededOnceAsync(run);
    }

    [Fact]
    public async Task Both_planes_killed_during_a_run_finish_it_and_take_new_ones()
    {
        var run = await _union.DetachAsync(_task.File);
        await _task.BeganAsync();

        await _union.Compute.Process.KillAsync();
        await _union.Control.Process.KillAsync();
        _task.Release();
        await _task.EndedAsync();
        await _union.Control.StartAsync();
        await _union.Compute.StartAsync();
        await _task.SucceededOnceAsync(run);

        var hello = Path.Combine(RepositoryFiles.Root, "samples", "hello", "hello.yaml");
        (await _union.RunAsync("run", hello, "--input", "name=Ada")).Done();
    }

    [Fact]
    public async Task Follower_of_a_run_outlasts_a_restart_of_the_control_plane()
    {
        await using var following = _union.Start("run", _task.File, "--name", "followed-1");
        await following.LineAsync(line => line.StartsWith("followed-1", StringComparison.Ordinal));
        await _task.BeganAsync();

        await _union.Control.KillAndRestartAsync();
        _task.Release();

        var seen = (await following.EndAsync()).Done();
        Assert.Contains("n = 7", seen.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_workflow_whose_root_waits_for_children_outlasts_the_kill_of_a_plane(bool killControl)
    {
        var root = _union.Write("root.yaml", """
            name: root
            command: [sh, -c, 'union action enqueue held.yaml --name held && union action wait held && union action enqueue held2.yaml --name after && union action wait after']
            files: [held.yaml, held2.yaml]
            timeout: 120s

            """);
        _union.Write("held2.yaml", "name: quick\ncommand: [sh, -c, 'echo quick']\n");
        var run = await _union.DetachAsync(root);
        await _task.BeganAsync();

        await (killControl ? _union.Control : _union.Compute).KillAndRestartAsync();
        _task.Release();

        Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(run))["phase"]);
        var actions = (await _union.RunAsync("get", "actions", run, "--output", "json")).Done().Json().AsArray();
        Assert.Equal(["a0", "after", "held"], actions.Select(action => (string)action!["action"]!).Order(StringComparer.Ordinal));
        Assert.All(actions, action => Assert.Equal("SUCCEEDED", (string?)action!["phase"]));
    }
}
