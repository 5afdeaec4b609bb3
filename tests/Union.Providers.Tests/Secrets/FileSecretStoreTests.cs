using System.Text;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Secrets;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class FileSecretStoreTests : SecretStoreContract, IDisposable
{
    private const string Canary = "blue-heron-4417-tide";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-secrets-");
    private readonly FakeTimeProvider _time = new();

    private FileSecretStoreOptions Options =>
        new(Path.Combine(_folder.FullName, "secrets"), Path.Combine(_folder.FullName, "secrets.key"));

    public void Dispose() => _folder.Delete(recursive: true);

    protected override (string Provider, int Text, int Other) Documented => ("file", 64 * 1024, 64 * 1024);

    protected override ValueTask<SecretStoreUnderTest> CreateAsync()
    {
        var store = new FileSecretStore(Options, _time);

        // No other: the folder belongs to one cluster, which holds it by a lock while it runs.
        return new(new SecretStoreUnderTest(store, _time, store.Dispose));
    }

    [Fact]
    public async Task Put_AnyValue_LeavesNothingInClear_ForItsOwnerOnly()
    {
        using var store = new FileSecretStore(Options, _time);

        await store.PutAsync(Name("payroll_token"), Value(Canary), PutSecret.CreateOnly, Cancel);
        await store.PutAsync(Name("payroll_token"), Value(Canary), PutSecret.Replace, Cancel);

        var file = Assert.Single(new DirectoryInfo(Options.Path).GetFiles());
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file.FullName, Cancel)) + file.Name;
        foreach (var word in new[] { Canary, "payroll", "acme" })
        {
            Assert.DoesNotContain(word, bytes, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
        Assert.False(file.Directory!.UnixFileMode.HasFlag(UnixFileMode.GroupRead));
    }

    [Fact]
    public async Task Reopened_WithTheSameKey_ReadsEverything()
    {
        using (var store = new FileSecretStore(Options, _time))
        {
            await store.PutAsync(Name("a"), Value(Canary), PutSecret.CreateOnly, Cancel);
        }

        using var again = new FileSecretStore(Options, _time);

        Assert.Equal(Canary, await GetAsync(again, Name("a")));
    }

    [Fact]
    public async Task Get_AnyByteChanged_IsRefused()
    {
        using var store = new FileSecretStore(Options, _time);
        await store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);
        var path = Assert.Single(Directory.GetFiles(Options.Path));
        var good = await File.ReadAllBytesAsync(path, Cancel);

        for (var i = 0; i < good.Length; i++)
        {
            var bad = good.ToArray();
            bad[i] ^= 1;
            await File.WriteAllBytesAsync(path, bad, Cancel);
            await RefusedAsync(SecretStoreError.Unavailable, () => store.GetAsync(Name("a"), null, Cancel));
        }

        await File.WriteAllBytesAsync(path, good[..^1], Cancel);
        await RefusedAsync(SecretStoreError.Unavailable, () => store.GetAsync(Name("a"), null, Cancel));
        await File.WriteAllBytesAsync(path, good, Cancel);
        Assert.Equal("x", await GetAsync(store, Name("a")));
    }

    [Fact]
    public async Task Get_FilesExchanged_IsRefused()
    {
        using var store = new FileSecretStore(Options, _time);
        await store.PutAsync(Name("mine"), Value("mine"), PutSecret.CreateOnly, Cancel);
        var mine = Assert.Single(Directory.GetFiles(Options.Path));
        await store.PutAsync(Name("yours"), Value("yours"), PutSecret.CreateOnly, Cancel);
        var yours = Directory.GetFiles(Options.Path).Single(f => f != mine);

        File.Copy(yours, mine, overwrite: true);

        await RefusedAsync(SecretStoreError.Unavailable, () => store.GetAsync(Name("mine"), null, Cancel));
        Assert.Equal("yours", await GetAsync(store, Name("yours")));
    }

    [Fact]
    public async Task Get_WithAnotherKey_IsRefused()
    {
        using (var store = new FileSecretStore(Options, _time))
        {
            await store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);
        }

        File.Delete(Options.KeyPath);
        using var other = new FileSecretStore(Options, _time);

        await RefusedAsync(SecretStoreError.NotFound, () => other.GetAsync(Name("a"), null, Cancel));
        await RefusedAsync(SecretStoreError.Unavailable, () => ListAsync(other, Name("a").Scope));
    }
}
