using Flyteidl2.Core;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class FlyteTaskTests
{
    private const string WriteOutputs = "out=${4#file://}; : > \"$out/outputs.pb\"";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_Placeholders_AreFilledIn()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var work = fixture.Work(
            $"{WriteOutputs}; for a; do [ \"$a\" = \"$last\" ] || echo \"$a\"; done", attempt: 1, action: "4gzz0f",
            "{{ .Input }}", "{{.unknown}}", "x{{.runName}}y");

        var result = await fixture.RunAsync(work);

        var attempt = $"file://{fixture.Root}/objects/union/v1/default/flytesnacks/development/runs/r1/4gzz0f/1";
        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Equal(
            [
                "--inputs", $"{attempt[..^2]}/inputs.pb", "--outputs-path", attempt, "--version", "1", "--raw-data-path",
                $"{attempt}/raw", "--checkpoint-path", $"{attempt}/checkpoint", "--prev-checkpoint", "\"\"", "--run-name",
                "r1", "--name", "4gzz0f", "--run-start-time", "2026-03-04T05:06:07Z", $"{attempt[..^2]}/inputs.pb",
                "{{.unknown}}", "xr1y",
            ],
            await fixture.LogAsync(work));
    }

    [Fact]
    public async Task Arguments_SecondAttempt_NamesTheCheckpointsOfTheFirst()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var work = fixture.Work($"{WriteOutputs}; echo \"${{12}}\"", attempt: 2);

        await fixture.RunAsync(work);

        Assert.EndsWith("/runs/r1/a0/1/checkpoint", Assert.Single(await fixture.LogAsync(work)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Environment_HasWhatTheSdkNeeds_AndNobodyOverridesIt(bool sandboxed)
    {
        await using var fixture = FlyteFixture.With(sandboxed);
        var work = fixture.Work($"{WriteOutputs}; env | grep -E '^(_U|FLYTE|RUN_|ACTION_|LOG_)' | sort");

        await fixture.RunAsync(work);

        Assert.Equal(
            [
                "ACTION_NAME=a0", "FLYTE_INTERNAL_EXECUTION_DOMAIN=development", "FLYTE_INTERNAL_EXECUTION_PROJECT=flytesnacks",
                "LOG_LEVEL=20", "RUN_NAME=r1", "_U_EP_OVERRIDE=***", "_U_INSECURE=true", "_U_ORG_NAME=default",
                $"_U_RUN_BASE=file://{fixture.Root}/objects/union/v1/default/flytesnacks/development/runs/r1",
                "_U_USE_ACTIONS=1",
            ],
            (await fixture.LogAsync(work)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Success_WithReport_NamesBothFiles(bool sandboxed)
    {
        await using var fixture = FlyteFixture.With(sandboxed);
        var work = fixture.Work($"{WriteOutputs}; echo '<p>hi' > $out/report.html; echo x > $out/raw/f; echo x > $out/checkpoint/c");

        var result = await fixture.RunAsync(work);

        Assert.Equal((AttemptOutcome.Succeeded, null), (result.Outcome, result.Error));
        Assert.Equal(fixture.Store.ReferenceTo(work.OutputFolder.Append("outputs.pb")), result.Outputs);
        Assert.Equal(fixture.Store.ReferenceTo(work.OutputFolder.Append("report.html")), result.Report);
    }

    [Theory]
    [InlineData(true, ErrorKind.User)]
    [InlineData(false, ErrorKind.System)]
    public async Task ErrorDocument_AfterExitCodeZero_SaysFailureAndWhetherToRetry(bool recoverable, ErrorKind kind)
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var origin = (ExecutionError.Types.ErrorKind)kind;
        var work = fixture.Work($"{WriteOutputs}; {FlyteFixture.Raise("ValueError", "no such year", recoverable, origin)}");

        var result = await fixture.RunAsync(work);

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Equal(
            new AttemptError(kind == ErrorKind.User ? "user_error" : "system_error", kind, "no such year", recoverable)
            {
                TaskCode = "ValueError",
            },
            result.Error);
        Assert.Null(result.Outputs);
    }

    [Fact]
    public async Task ErrorDocument_WithTheCapabilityInItsText_IsMasked()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var token = new string('c', 43);
        var work = fixture.Work(FlyteFixture.Raise("E", $"POST http://127.0.0.1:8703/a/{token}/x failed", true));

        var result = await fixture.RunAsync(work);

        Assert.DoesNotContain(token, result.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("POST", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_IsToldApartFromAFailureThatTheTaskReported()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);

        var silent = await fixture.RunAsync(fixture.Work("echo half way >&2", action: "c1"));
        var crashed = await fixture.RunAsync(fixture.Work($"{WriteOutputs}; echo Killed >&2; exit 3", action: "c2"));
        var reported = await fixture.RunAsync(fixture.Work($"{FlyteFixture.Raise("E", "m", true)}; exit 3", action: "c3"));

        Assert.Equal(("no_result", true), (silent.Error!.Code, silent.Error.Recoverable));
        Assert.Contains("half way", silent.Error.Message, StringComparison.Ordinal);
        Assert.Equal("exit_code", crashed.Error!.Code);
        Assert.Equal("user_error", reported.Error!.Code);
    }

    [Fact]
    public async Task Result_OfAnEarlierProcessOfTheSameAttempt_DoesNotCount()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var work = fixture.Work("true");
        await fixture.PutAsync(work.OutputFolder.Append("outputs.pb"), "");
        await fixture.PutAsync(work.OutputFolder.Append("report.html"), "old");

        var result = await fixture.RunAsync(work);

        Assert.Equal(("no_result", null), (result.Error?.Code, result.Report));
    }

    [Fact]
    public async Task Store_SeenFromTheSandbox_IsTheOwnRunAndTheOwnCodeOnly()
    {
        await using var fixture = FlyteFixture.With(sandboxed: true);
        var code = fixture.Layout.Code(fixture.Run.Scope, new byte[16], "fast.tar.gz");
        await fixture.PutAsync(code, "code");
        await fixture.PutAsync(fixture.Layout.Code(fixture.Run.Scope, [.. Enumerable.Repeat((byte)1, 16)], "other.tar.gz"), "x");
        await fixture.PutAsync(fixture.Layout.ActionInputs(new ActionId(fixture.Run, "a0")), "inputs");
        await fixture.PutAsync(fixture.Layout.ActionInputs(new ActionId(fixture.Run with { Name = "r2" }, "a0")), "x");
        var work = fixture.Work(
            $$"""
            {{WriteOutputs}}
            find {{fixture.Root}} -type f | sort
            cat "${2#file://}"; echo
            echo child > "${_U_RUN_BASE#file://}/a0/child" && echo written
            echo no > {{fixture.Store.ReferenceTo(code).ToString()["file://".Length..]}} || echo read-only
            """,
            1, "a0", "--tgz", fixture.Store.ReferenceTo(code).ToString());

        await fixture.RunAsync(work);

        var project = $"{fixture.Root}/objects/{fixture.Layout.Project(fixture.Run.Scope)}";
        Assert.Equal(
            [
                $"{project}/code/00000000000000000000000000000000/fast.tar.gz", $"{project}/runs/r1/a0/1/outputs.pb",
                $"{project}/runs/r1/a0/inputs.pb", $"{fixture.Root}/programs/a0", "inputs", "written", "read-only",
            ],
            (await fixture.LogAsync(work)).Where(line => !line.Contains("Read-only", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://other/code.tgz")]
    [InlineData("OTHER")]
    public async Task Code_OutsideTheProject_IsRefusedBeforeAnythingRuns(string uri)
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var other = fixture.Store.ReferenceTo(fixture.Layout.Project(fixture.Run.Scope with { Project = "other" }).Append("c"));
        var work = fixture.Work("echo ran", 1, "a0", "--pkl", uri == "OTHER" ? other.ToString() : uri);

        var result = await fixture.RunAsync(work);

        Assert.Equal(("code_refused", false), (result.Error!.Code, result.Error.Recoverable));
        Assert.Empty(await fixture.LogAsync(work));
    }

    [Fact]
    public async Task Run_WhoseTaskPlantedLinks_NeverLeadsOutOfTheStore()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var outside = Directory.CreateDirectory(Path.Combine(fixture.Root, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "outputs.pb"), "", Cancel);
        var first = fixture.Work($"ln -s {outside}/outputs.pb ${{4#file://}}/outputs.pb; ln -s {outside} ${{4#file://}}/../2");

        var linked = await fixture.RunAsync(first);
        var second = await fixture.RunAsync(fixture.Work(WriteOutputs, attempt: 2));

        Assert.Equal("no_result", linked.Error!.Code);
        Assert.Equal("store_unavailable", second.Error!.Code);
        Assert.Equal(["outputs.pb"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Task_OfNeitherKind_IsRefusedWithBothNamed()
    {
        await using var fixture = FlyteFixture.With(sandboxed: false);
        var work = fixture.Work("true");
        work.Spec.TaskTemplate.Container.Args[0] = "pyflyte-execute";

        var result = await fixture.RunAsync(work);

        Assert.Equal("task_unsupported", result.Error!.Code);
        Assert.Contains("a0", result.Error.Message, StringComparison.Ordinal);
    }
}
