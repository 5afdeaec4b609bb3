using Union.Host.Cli;
using Union.Host.Configuration;
using Union.Testing;

namespace Union.Host.Tests.Cli;

public sealed class UnionCommandLineTests
{
    [Theory]
    [InlineData("rn")]
    [InlineData("run")]
    [InlineData("get", "runs", "--output", "xml")]
    [InlineData("get", "runs", "--limit", "0")]
    [InlineData("get", "run", "Not A Name")]
    [InlineData("logs", "r1", "a/b")]
    [InlineData("get", "runs", "--endpoint", "http://10.1.2.3:8700")]
    [InlineData("get", "runs", "--endpoint", "nonsense")]
    [InlineData("get", "runs", "--endpoint", "http://user@127.0.0.1:8700")]
    [InlineData("get", "runs", "--ca", "/nowhere/ca.pem")]
    [InlineData("get", "runs", "--project", "a b")]
    [InlineData("abort", "r1", "--reason", TooLong)]
    [InlineData("run", "t.yaml", "--name", "Bad_Name")]
    [InlineData("run", "t.yaml", "--follow", "--detach")]
    [InlineData("cluster", "enroll", "east", "--lifetime", "2h")]
    public async Task Run_WrongUsage_HasItsExitCodeAndAMessage(params string[] arguments)
    {
        var result = await CliResult.RunAsync(null, arguments, "", CancellationToken.None);

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Run_Slip_SuggestsTheCommand()
    {
        var result = await CliResult.RunAsync(null, ["rn"], "", CancellationToken.None);

        Assert.Contains("run", result.Out + result.Error, StringComparison.Ordinal);
        Assert.Contains("hint: union --help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_EveryCommand_HasExamples()
    {
        var result = await CliResult.RunAsync(null, ["run", "--help"], "", CancellationToken.None);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("Examples:\n  union run ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_Values_AreNamedInCapitals()
    {
        var result = await CliResult.RunAsync(null, ["run", "--help"], "", CancellationToken.None);

        Assert.Contains("--project <PROJECT>", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--detach <", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Json_HasAVersion()
    {
        var result = await CliResult.RunAsync(null, ["version", "--output", "json"], "", CancellationToken.None);

        Assert.Contains("\"version\"", result.Out, StringComparison.Ordinal);
    }

    // What is found by its name must be the command of that name, or a call would meet another one.
    [Fact]
    public void Create_OfOneCommand_BuildsThatOneAlone()
    {
        var context = QuietContext();
        var all = UnionCommandLine.Create(context, PlaneCommands.Create(context)).Subcommands;

        Assert.True(all.Count > 20);
        Assert.All(all, command => Assert.Equal(
            [command.Name], UnionCommandLine.Create(context, PlaneCommands.Create(context), command.Name).Subcommands.Select(c => c.Name)));
    }

    [Fact]
    public async Task Docs_Cli_IsThePageInTheRepository()
    {
        var context = QuietContext();
        await UnionCommandLine.RunAsync(context, PlaneCommands.Create(context), ["docs", "cli"], CancellationToken.None);

        var page = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFiles.Root, "docs", "cli.md"), TestContext.Current.CancellationToken);
        Assert.Equal(page, context.Out.ToString());
    }

    private static CliContext QuietContext() => new(
        new StringWriter { NewLine = "\n" },
        TextWriter.Null,
        IsTerminal: false,
        InputIsTerminal: false,
        () => Stream.Null,
        () => Stream.Null,
        new ProcessEnvironment(new Dictionary<string, string>()),
        TimeProvider.System,
        "/");

    private const string TooLong =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
        + "0123456789012345678901234567890123456789";
}
