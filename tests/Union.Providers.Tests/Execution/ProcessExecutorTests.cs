using System.Text;
using Flyteidl2.Core;
using Union.Core.ComputePlane.Execution;
using Task = System.Threading.Tasks.Task;

namespace Union.Providers.Tests.Execution;

public sealed class ProcessExecutorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_WithInputsAndBundle_CollectsTypedOutputs(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var bundle = fixture.Layout.Project(new("default", "flytesnacks", "development")).Append("code/b.tgz");
        var data = fixture.Layout.Project(new("default", "flytesnacks", "development")).Append("inputs/data.csv");
        fixture.Store[bundle.ToString()] = ExecutorFixture.Bundle(ExecutorFixture.FileEntry("lib/sum.awk", "{ s += $1 } END { print s }"));
        fixture.Store[data.ToString()] = "1\n2\n39\n"u8.ToArray();
        var work = fixture.Shell(
            """
            awk -f lib/sum.awk "$UNION_INPUTS/data" > "$UNION_OUTPUTS/total"
            printf 'Hi %s' "$(cat "$UNION_INPUTS/name")" > "$UNION_OUTPUTS/greeting"
            printf 'bytes' > "$UNION_OUTPUTS/blob"
            mkdir -p "$UNION_OUTPUTS/tree/deep" && printf x > "$UNION_OUTPUTS/tree/deep/x"
            echo '<h1>report</h1>' > "$UNION_REPORT"
            """,
            draft =>
            {
                draft.Bundle = bundle;
                draft.Input("name", "string", "Ada");
                draft.InputBlob("data", "file", "memory://" + data);
                draft.Output("total", "int");
                draft.Output("greeting", "string");
                draft.Output("blob", "file");
                draft.Output("tree", "dir");
            });

        var result = await fixture.RunAsync(work);

        Assert.Null(result.Error);
        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Equal($"memory://{work.OutputFolder}/outputs.pb", result.Outputs.ToString());
        Assert.Equal($"memory://{work.OutputFolder}/report.html", result.Report.ToString());
        var outputs = fixture.OutputsOf(work).Literals.ToDictionary(output => output.Name, output => output.Value.Scalar);
        Assert.Equal(42, outputs["total"].Primitive.Integer);
        Assert.Equal("Hi Ada", outputs["greeting"].Primitive.StringValue);
        Assert.Equal($"memory://{work.OutputFolder}/raw/blob", outputs["blob"].Blob.Uri);
        Assert.Equal("bytes"u8.ToArray(), fixture.Store[$"{work.OutputFolder}/raw/blob"]);
        Assert.Equal($"memory://{work.OutputFolder}/raw/tree", outputs["tree"].Blob.Uri);
        Assert.Equal("x"u8.ToArray(), fixture.Store[$"{work.OutputFolder}/raw/tree/deep/x"]);
    }

    [Fact]
    public async Task Run_CommandFails_ReportsExitCodeAndEndOfStderr()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        var work = fixture.Shell("seq 1 30 >&2; exit 3");

        var result = await fixture.RunAsync(work);

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Equal(("exit_code", ErrorKind.User, true), (result.Error!.Code, result.Error.Kind, result.Error.Recoverable));
        Assert.StartsWith("exit code 3\n11\n12\n", result.Error.Message, StringComparison.Ordinal);
        Assert.EndsWith("\n30", result.Error.Message, StringComparison.Ordinal);
        var document = ErrorDocument.Parser.ParseFrom(fixture.Store[$"{work.OutputFolder}/error.pb"]);
        Assert.Equal("exit_code", document.Error.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_CommandDoesNotExist_NamesIt(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);

        var result = await fixture.RunAsync(fixture.Work(["no-such-program", "x"]));

        Assert.Equal("command_not_found", result.Error?.Code);
        Assert.Contains("'no-such-program'", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SandboxOffAndNotAllowed_RefusesWithHint()
    {
        await using var fixture = ExecutorFixture.Of(dataDir => new() { DataDir = dataDir, Sandbox = Union.Providers.Local.Execution.SandboxMode.Off });

        var result = await fixture.RunAsync(fixture.Shell("true"));

        Assert.Equal("unsandboxed", result.Error?.Code);
        Assert.Contains("execution.unsandboxed: true", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ImageWithoutEnvironment_IsRefusedWithHint()
    {
        await using var fixture = ExecutorFixture.Bare();

        var result = await fixture.RunAsync(fixture.Shell("true", draft => draft.Container.Image = "python:3.13"));

        Assert.Equal("image_unmapped", result.Error?.Code);
        Assert.Contains("executor.environments", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ImageWithEnvironment_FindsItsPrograms()
    {
        var programs = Directory.CreateTempSubdirectory("union-programs-").FullName;
        await File.WriteAllTextAsync(Path.Combine(programs, "greet"), "#!/bin/sh\necho hello", Cancel);
        File.SetUnixFileMode(Path.Combine(programs, "greet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var fixture = ExecutorFixture.Sandboxed(
            dataDir => new() { DataDir = dataDir, Environments = new Dictionary<string, string> { ["greeter:1"] = programs } });
        var work = fixture.Shell("greet > $UNION_OUTPUTS/said", draft =>
        {
            draft.Container.Image = "greeter:1";
            draft.Output("said", "string");
        });

        await fixture.RunAsync(work);

        Assert.Equal("hello", fixture.OutputsOf(work).Literals[0].Value.Scalar.Primitive.StringValue);
        Directory.Delete(programs, recursive: true);
    }

    [Fact]
    public async Task Run_InputOfAnotherProject_IsRefused()
    {
        await using var fixture = ExecutorFixture.Bare();
        var other = fixture.Layout.Project(new("default", "other", "development")).Append("inputs/data");
        fixture.Store[other.ToString()] = "theirs"u8.ToArray();

        var result = await fixture.RunAsync(fixture.Shell("true", draft => draft.InputBlob("data", "file", "memory://" + other)));

        Assert.Equal("input_refused", result.Error?.Code);
    }

    [Fact]
    public async Task Run_StoreIsDown_FailsAsPlatform()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("true");
        await fixture.Executor.StartAsync(work, Cancel);
        fixture.Store.IsDown = true;

        var result = await fixture.WaitAsync(work);

        Assert.Equal(("store_unavailable", ErrorKind.System), (result.Error?.Code, result.Error!.Kind));
    }

    [Fact]
    public async Task Start_Twice_RunsOnce()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("echo once");
        await Task.WhenAll(
            fixture.Executor.StartAsync(work, Cancel), fixture.Executor.StartAsync(work, Cancel));

        var first = await fixture.WaitAsync(work);
        await fixture.Executor.StartAsync(work, Cancel);

        Assert.Equal(first, await fixture.WaitAsync(work));
        Assert.Single(await fixture.ArchiveAsync(work));
    }

    [Fact]
    public async Task Forget_EndedAttempt_LeavesNothing()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("echo x");
        await fixture.RunAsync(work);

        await fixture.Executor.ForgetAsync(work.Key, Cancel);

        Assert.Empty(await fixture.Executor.ListAsync(Cancel));
        Assert.False(Directory.Exists(fixture.FolderOf(work).Root));
        Assert.Empty(await fixture.Logs.ReadAsync(work.Key.Uid, follow: true, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Run_ValuesOfOneName_SecretWinsOverRunOverContainer()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("printf '%s %s %s %s' $A $B $C $TZ > $UNION_OUTPUTS/all", draft =>
        {
            foreach (var name in "ABC".Select(letter => letter.ToString()))
            {
                draft.Container.Env.Add(new Flyteidl2.Core.KeyValuePair { Key = name, Value = "container" });
            }

            draft.Environment["B"] = draft.Environment["C"] = "run";
            draft.Secrets["C"] = "secret";
            draft.Output("all", "string");
        });

        await fixture.RunAsync(work);

        Assert.Equal("container run secret UTC", fixture.OutputsOf(work).Literals[0].Value.Scalar.Primitive.StringValue);
    }

    [Fact]
    public async Task Run_EnvironmentOfManyKilobytes_ArrivesWhole()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        var work = fixture.Shell("printf '%s' \"$A$B\" | wc -c > $UNION_OUTPUTS/length", draft =>
        {
            draft.Secrets["A"] = draft.Secrets["B"] = new StringBuilder().Append('\'', 100_000).ToString();
            draft.Output("length", "int");
        });

        await fixture.RunAsync(work);

        Assert.Equal(200_000, fixture.OutputsOf(work).Literals[0].Value.Scalar.Primitive.Integer);
    }
}
