using System.Text;
using Union.Core.Boundary;
using Union.Host.Cli;
using Union.Host.Cli.Client;
using Union.Host.Configuration;
using Union.Testing;

namespace Union.Host.Tests.Cli;

public sealed class ContextCommandTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task Add_First_IsCurrentAndUsed()
    {
        _home.Write("work.token", "union_a_b\n");
        File.SetUnixFileMode(_home["work.token"], UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(0, await RunAsync(
            "context", "add", "work", "--endpoint", "https://union.example.com", "--token-file", "~/work.token", "-p", "a \"quoted\""));
        Assert.Equal(0, await RunAsync("context", "add", "home", "--endpoint", "http://127.0.0.1:8700"));

        var file = ContextFile.Of(Context());
        Assert.Equal("work", file.CurrentName);
        Assert.Equal(
            new UnionContext("https://union.example.com", null, "a \"quoted\"", null, _home["work.token"]), file.Current);
        Assert.Equal("http://127.0.0.1:8700", file.Contexts["home"].Endpoint);
    }

    [Fact]
    public async Task Use_Other_IsCurrent()
    {
        await RunAsync("context", "add", "work", "--endpoint", "https://union.example.com");
        await RunAsync("context", "add", "home", "--endpoint", "http://127.0.0.1:8700");

        Assert.Equal(0, await RunAsync("context", "use", "home"));
        Assert.Equal((int)ExitCode.NotFound, await RunAsync("context", "use", "nowhere"));
        Assert.Equal(0, await RunAsync("context", "list"));

        Assert.Contains("*  home", _out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://union.example.com")]
    [InlineData("union.example.com")]
    [InlineData("https://union.example.com/path")]
    public async Task Add_UnsafeAddress_WrongUsage(string endpoint)
    {
        Assert.Equal((int)ExitCode.WrongUsage, await RunAsync("context", "add", "work", "--endpoint", endpoint));
        Assert.Empty(ContextFile.Of(Context()).Contexts);
    }

    [Fact]
    public async Task Token_OfTheContext_GoesNowhereElse()
    {
        _home.Write("work.token", "union_a_b\n");
        File.SetUnixFileMode(_home["work.token"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RunAsync("context", "add", "work", "--endpoint", "https://union.example.com", "--token-file", "~/work.token");

        Assert.Equal("union_a_b", TokenFor(null)?.Reveal());
        Assert.Null(TokenFor("https://other.example.com"));
    }

    [Fact]
    public async Task Token_FileOfOthers_Refused()
    {
        _home.Write("work.token", "union_a_b\n");
        File.SetUnixFileMode(_home["work.token"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await RunAsync("context", "add", "work", "--endpoint", "https://union.example.com", "--token-file", "~/work.token");

        Assert.Equal("secret_readable", Assert.Throws<UnionException>(() => TokenFor(null)).Reason);
    }

    public void Dispose()
    {
        _home.Dispose();
        _out.Dispose();
        _error.Dispose();
    }

    private SecretValue? TokenFor(string? endpoint) =>
        ConnectionSettings.Resolve(Context(), endpoint, null, null, null).Token;

    private Task<int> RunAsync(params string[] arguments) =>
        UnionCommandLine.RunAsync(Context(), [], arguments, TestContext.Current.CancellationToken);

    private CliContext Context() => new(
        _out, _error, false, false, () => new MemoryStream(Encoding.UTF8.GetBytes("")), () => new MemoryStream(),
        new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = _home.Path }), TimeProvider.System, _home.Path);
}
