using Union.Core.Authoring;
using Union.Host.Cli;
using Union.Host.Cli.Client;
using Union.Host.Configuration;
using Union.Testing;

namespace Union.Host.Tests.Cli;

public sealed class ConnectionSettingsTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    [Fact]
    public void Resolve_Nothing_GivesThisMachine()
    {
        Assert.Equal(new ConnectionSettings(new Uri("http://127.0.0.1:8700"), null, "default", "development"), Resolve());
    }

    [Fact]
    public void Resolve_CurrentContext_IsUsed()
    {
        WriteContexts();

        var settings = Resolve();

        Assert.Equal(
            new ConnectionSettings(new Uri("https://union.example.com"), _home["ca.pem"], "rain", "staging"), settings);
    }

    [Fact]
    public void Resolve_FlagAndVariable_WinInOrder()
    {
        WriteContexts();

        Assert.Equal(new Uri("http://127.0.0.1:2"), Resolve(variable: "http://127.0.0.1:2").Endpoint);
        Assert.Equal(new Uri("http://127.0.0.1:1"), Resolve("http://127.0.0.1:1", "http://127.0.0.1:2").Endpoint);
    }

    [Fact]
    public void Resolve_UnknownContext_IsAnError()
    {
        _home.Write(".config/union/config.yaml", "current: nowhere\ncontexts: {}\n");

        var thrown = Assert.Throws<InvalidDocumentException>(() => Resolve());

        Assert.Contains(thrown.Errors, e => e.Contains(":1:10: there is no context 'nowhere'", StringComparison.Ordinal));
    }

    public void Dispose() => _home.Dispose();

    private void WriteContexts() => _home.Write(
        ".config/union/config.yaml",
        """
        current: work
        contexts:
          work: {endpoint: "https://union.example.com", ca: ~/ca.pem, project: rain, domain: staging}
          home: {endpoint: "http://127.0.0.1:8700"}
        """);

    private ConnectionSettings Resolve(string? flag = null, string? variable = null)
    {
        var variables = new Dictionary<string, string> { ["HOME"] = _home.Path, ["UNION_ENDPOINT"] = variable ?? "" };
        var context = new CliContext(
            TextWriter.Null,
            TextWriter.Null,
            IsTerminal: false,
            InputIsTerminal: false,
            () => Stream.Null,
            () => Stream.Null,
            new ProcessEnvironment(variables),
            TimeProvider.System,
            _home.Path);
        return ConnectionSettings.Resolve(context, flag, null, null, null);
    }
}
