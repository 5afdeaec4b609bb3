using System.Runtime.Versioning;
using System.Text.Json;
using Flyteidl2.Secret;
using Union.Contracts.Admin.V1;
using Union.Host.Cli;

namespace Union.Host.Tests.Cli;

[UnsupportedOSPlatform("windows")]
public sealed class AdminCommandTests : IAsyncLifetime
{
    private FakeInstallation _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await FakeInstallation.StartAsync();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task SecretCreate_FromInput_SendsTheValueWithoutItsLineBreak()
    {
        var result = await _fake.RunAsync("hunter2\n", CancellationToken.None, "secret", "create", "api_key");

        var request = _fake.State.Last<CreateSecretRequest>();
        Assert.Equal(("api_key", "hunter2"), (request.Id.Name, request.SecretSpec.BinaryValue.ToStringUtf8()));
        Assert.Equal("The secret api_key is kept.\n", result.Out);
    }

    [Fact]
    public async Task SecretCreate_FromFile_BelongsToTheNamedProject()
    {
        _fake.Folder.Write("key.txt", "abc");

        await _fake.RunAsync("secret", "create", "api_key", "--from-file", "key.txt", "--project", "rain", "--domain", "staging");

        var request = _fake.State.Last<CreateSecretRequest>();
        Assert.Equal(("abc", "rain", "staging"), (request.SecretSpec.BinaryValue.ToStringUtf8(), request.Id.Project, request.Id.Domain));
    }

    [Fact]
    public async Task SecretCreate_Taken_AsksForReplace()
    {
        var refused = await _fake.RunAsync("v", CancellationToken.None, "secret", "create", "taken");
        var replaced = await _fake.RunAsync("v", CancellationToken.None, "secret", "create", "taken", "--replace");

        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.Contains("--replace", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, replaced.Code);
        Assert.Equal("taken", _fake.State.Last<UpdateSecretRequest>().Id.Name);
    }

    [Theory]
    [InlineData("", "api_key")]
    [InlineData("\n", "api_key")]
    [InlineData("v", "no spaces")]
    public async Task SecretCreate_Wrong_IsRefused(string value, string name)
    {
        var result = await _fake.RunAsync(value, CancellationToken.None, "secret", "create", name);

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Empty(_fake.State.Requests);
    }

    [Fact]
    public async Task SecretList_Json_HasNamesOnly()
    {
        var result = await _fake.RunAsync("secret", "list", "--output", "json");

        var secret = Assert.Single(JsonDocument.Parse(result.Out).RootElement.EnumerateArray());
        Assert.Equal("api_key", secret.GetProperty("name").GetString());
    }

    [Fact]
    public async Task SecretDelete_Name_IsSent()
    {
        await _fake.RunAsync("secret", "delete", "api_key");

        Assert.Equal("api_key", _fake.State.Last<DeleteSecretRequest>().Id.Name);
    }

    [Fact]
    public async Task ClusterEnroll_TokenFile_IsForItsOwnerOnly()
    {
        var result = await _fake.RunAsync("cluster", "enroll", "east", "--token-file", "join.token", "--lifetime", "1m");

        var path = _fake.Folder["join.token"];
        Assert.Equal($"{path}\n", result.Out);
        Assert.Equal("join-me\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(60, _fake.State.Last<CreateJoinTokenRequest>().Lifetime.Seconds);
    }

    [Fact]
    public async Task ClusterEnroll_TokenFileExists_OverwritesNothing()
    {
        _fake.Folder.Write("join.token", "old");

        var result = await _fake.RunAsync("cluster", "enroll", "east", "--token-file", "join.token");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Equal("old", await File.ReadAllTextAsync(_fake.Folder["join.token"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ClusterEnroll_NoFile_PrintsTheTokenAlone()
    {
        Assert.Equal("join-me\n", (await _fake.RunAsync("cluster", "enroll", "east")).Out);
    }

    [Fact]
    public async Task ClusterRevoke_Unknown_IsNotFound()
    {
        var result = await _fake.RunAsync("cluster", "revoke", "west");

        Assert.Equal(ExitCode.NotFound, result.Code);
        Assert.Contains("There is no cluster west.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_Wrong_ReportsAll()
    {
        var path = _fake.Folder.Write("union.yaml", "version: 1\ncontrolPlan: {}\ntelemetry: {logs: xml}\n");

        var result = await _fake.RunAsync("config", "check", path);

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Equal(2, result.Error.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task ConfigCheck_NoFileAnywhere_IsNotFound()
    {
        var result = await _fake.RunAsync("config", "check");

        Assert.Equal(ExitCode.NotFound, result.Code);
        Assert.Contains("There is no union.yaml in this folder.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigShow_Secret_IsNamedAndNotShown()
    {
        var key = _fake.Folder.Write("key", "hunter2");
        var path = _fake.Folder.Write("union.yaml", $"version: 1\ncontrolPlane: {{sealingKey: {{file: {key}}}}}\n");

        var result = await _fake.RunAsync("config", "show", "--config", path, "--output", "json");

        var values = JsonDocument.Parse(result.Out).RootElement.EnumerateArray()
            .ToDictionary(v => v.GetProperty("key").GetString()!, v => (v.GetProperty("value").GetString(), v.GetProperty("origin").GetString()));
        Assert.Equal((key, $"{path}:2"), values["controlPlane.sealingKey.file"]);
        Assert.Equal(("127.0.0.1:8700", "default"), values["controlPlane.clients.listen"]);
        Assert.DoesNotContain("hunter2", result.Out, StringComparison.Ordinal);
    }
}
