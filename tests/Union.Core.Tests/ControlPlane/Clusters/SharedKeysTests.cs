using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Testing;

namespace Union.Core.Tests.ControlPlane.Clusters;

public sealed class SharedKeysTests
{
    private static readonly string[] Names = ["assertion-keys.json", "assertion.key", "ca.crt", "ca.key"];

    [Fact]
    public async Task Sync_TwoReplicasAtOnce_EndWithTheSameKeys()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        var seal = Seal('a');

        await Task.WhenAll(SyncAsync(plane, seal, first), SyncAsync(plane, seal, second));

        Assert.Equal(Names, Directory.GetFiles(first.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Names, name => Assert.Equal(File.ReadAllText(first[name]), File.ReadAllText(second[name])));
    }

    [Fact]
    public async Task Sync_AnotherSealingKey_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        await SyncAsync(plane, Seal('a'), first);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => SyncAsync(plane, Seal('b'), second));

        Assert.Equal("sealing_key_wrong", thrown.Reason);
        Assert.Empty(Directory.GetFiles(second.Path));
    }

    [Fact]
    public void Seal_ForAnotherName_DoesNotOpen()
    {
        var seal = Seal('a');
        var content = seal.Seal("ca.key", "secret"u8);

        Assert.Equal("secret"u8.ToArray(), seal.Open("ca.key", content));
        Assert.Throws<UnionException>(() => seal.Open("ca.crt", content));
        content[^1] ^= 1;
        Assert.Throws<UnionException>(() => seal.Open("ca.key", content));
        Assert.DoesNotContain("secret", System.Text.Encoding.Latin1.GetString(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Seal_ShortKey_IsRefused() =>
        Assert.Equal("sealing_key_short", Assert.Throws<UnionException>(() => new KeySeal(new SecretValue("hunter2"))).Reason);

    private static KeySeal Seal(char filler) => new(new SecretValue(new string(filler, 44)));

    private static Task SyncAsync(ControlPlaneFixture plane, KeySeal seal, TemporaryFolder folder)
    {
        var time = new FakeTimeProvider();
        return SharedKeys.SyncAsync(
            plane.Database, seal, folder.Path,
            () =>
            {
                CertificateAuthority.Open(new CertificateAuthorityOptions { Folder = folder.Path }, time).Dispose();
                AssertionSigner.Open(folder.Path, time).Dispose();
            },
            time.GetUtcNow(), ControlPlaneFixture.Cancel);
    }
}
