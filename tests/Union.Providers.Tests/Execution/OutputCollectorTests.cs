using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class OutputCollectorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true", "int", "output_missing")]
    [InlineData("echo twelve > $UNION_OUTPUTS/total", "int", "output_invalid")]
    [InlineData("echo '[1]' > $UNION_OUTPUTS/total", "json", "output_invalid")]
    [InlineData("printf '\\377' > $UNION_OUTPUTS/total", "string", "output_invalid")]
    [InlineData("ln -s /etc/passwd $UNION_OUTPUTS/total", "file", "output_invalid")]
    [InlineData("ln -s /etc/passwd $UNION_OUTPUTS/total", "string", "output_invalid")]
    [InlineData("ln -s / $UNION_OUTPUTS/total", "dir", "output_invalid")]
    [InlineData("mkdir $UNION_OUTPUTS/total && ln -s /etc/passwd $UNION_OUTPUTS/total/x", "dir", "output_invalid")]
    [InlineData("mkdir $UNION_OUTPUTS/total && ln -s /etc $UNION_OUTPUTS/total/x", "dir", "output_invalid")]
    [InlineData("echo x > $UNION_OUTPUTS/total; ln $UNION_OUTPUTS/total $UNION_OUTPUTS/again", "file", "output_invalid")]
    [InlineData("mkfifo $UNION_OUTPUTS/total", "file", "output_invalid")]
    [InlineData("mkdir $UNION_OUTPUTS/total", "file", "output_invalid")]
    [InlineData("truncate -s 17M $UNION_OUTPUTS/total", "string", "output_invalid")]
    public async Task Collect_OutputThatIsNotWhatItShouldBe_FailsNamingIt(string script, string type, string code)
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell(script, draft => draft.Output("total", type));

        var result = await fixture.RunAsync(work);

        Assert.Equal((AttemptOutcome.Failed, code), (result.Outcome, result.Error?.Code));
        Assert.Contains($"'total' ({type})", result.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Store.Keys, key => key.EndsWith("/outputs.pb", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collect_FileAboveTheLimit_IsRefused()
    {
        await using var fixture = ExecutorFixture.Of(dataDir => new()
        {
            DataDir = dataDir,
            Sandbox = Union.Providers.Local.Execution.SandboxMode.Off,
            AllowUnsandboxed = true,
            MaxTransferBytes = 10,
        });

        var result = await fixture.RunAsync(
            fixture.Shell("printf 12345678901 > $UNION_OUTPUTS/f", draft => draft.Output("f", "file")));

        Assert.Equal("output_invalid", result.Error?.Code);
    }

    [Fact]
    public async Task Collect_ReportThatIsALink_IsLeftOut()
    {
        await using var fixture = ExecutorFixture.Bare();

        var result = await fixture.RunAsync(fixture.Shell("ln -s /etc/passwd $UNION_REPORT"));

        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Null(result.Report);
    }

    [Fact]
    public async Task Bundle_OfNonsense_FailsTheAttempt()
    {
        await using var fixture = ExecutorFixture.Bare();
        var key = fixture.Layout.Project(new("default", "flytesnacks", "development")).Append("code/b.tgz");
        fixture.Store[key.ToString()] = "not gzip"u8.ToArray();

        await fixture.Executor.StartAsync(fixture.Shell("true"), Cancel);
        var result = await fixture.RunAsync(fixture.Shell("true", draft => draft.Bundle = key));

        Assert.Equal("bundle_invalid", result.Error?.Code);
    }
}
