using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>Clusters that must not join, and control planes that a cluster must not believe.</summary>
public sealed class EnrollmentRefusalTests : IAsyncDisposable
{
    private readonly UnionInstallation _union = new();

    private string Keys => Path.Combine(_union.Compute.Folder, "data-keys");

    public ValueTask DisposeAsync() => _union.DisposeAsync();

    [Fact]
    public async Task Tokens_that_are_missing_malformed_expired_or_used_are_refused_with_what_to_do()
    {
        await _union.Control.StartAsync();

        await RefusedAsync("error: ", _union.TokenFile);
        await File.WriteAllTextAsync(_union.TokenFile, "union-join-v1.not-a-token\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_union.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync("The join token is not one, or is incomplete.", "hint: Copy the whole line");

        File.Delete(_union.TokenFile);
        (await _union.RunAsync("cluster", "enroll", "east", "--lifetime", "1s", "--token-file", _union.TokenFile)).Done();
        var expired = TimeProvider.System.GetUtcNow().AddSeconds(1);
        await Eventually.IsAsync(() => TimeProvider.System.GetUtcNow() > expired, "the token's second is over");
        await RefusedAsync("it is unknown, used or expired", "Create another one");

        File.Delete(_union.TokenFile);
        await _union.EnrollAsync();
        await _union.Compute.StartAsync();
        await _union.Compute.Process.KillAsync();
        Directory.Delete(Keys, recursive: true);
        await RefusedAsync("it is unknown, used or expired", "Create another one");
    }

    [Fact]
    public async Task A_control_plane_of_another_ca_gets_no_token_and_no_cluster()
    {
        await _union.Control.StartAsync();
        await _union.EnrollAsync();
        await _union.Control.Process.KillAsync();
        Directory.Delete(Path.Combine(_union.Control.Folder, "data-keys"), recursive: true);
        await _union.Control.StartAsync();

        // The token was made by the first CA: what answers now must not even see its secret.
        await RefusedAsync("is not the control plane that made this join token", "the token's secret was not sent");

        File.Delete(_union.TokenFile);
        await _union.EnrollAsync();
        await _union.Compute.StartAsync();
        await _union.Control.Process.KillAsync();
        Directory.Delete(Path.Combine(_union.Control.Folder, "data-keys"), recursive: true);
        await _union.Control.StartAsync();

        // And the cluster that is enrolled stays away from a third one, saying why.
        await _union.Compute.Process.LineAsync(line => line.Contains("untrusted", StringComparison.OrdinalIgnoreCase));
        var cluster = (await _union.RunAsync("get", "clusters", "--output", "json")).Done().Json()[0]!;
        Assert.Equal("unreachable", (string?)cluster["state"]);
        Assert.False(await _union.Compute.IsReadyAsync());
    }

    /// <summary>The compute plane ends with these words, and leaves no credentials behind.</summary>
    private async Task RefusedAsync(params string[] words)
    {
        var refused = await _union.Compute.Launch().EndAsync();

        Assert.NotEqual(0, refused.ExitCode);
        Assert.All(words, word => Assert.Contains(word, refused.Errors, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(Keys, "cluster.json")));
    }
}
