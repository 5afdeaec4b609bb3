using Union.Core.ComputePlane.Objects;
using Union.Providers.Azure.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Azure;

public sealed class BlobObjectStoreTests(Azurite azurite) : ObjectStoreContract, IClassFixture<Azurite>
{
    protected override async ValueTask<ObjectStoreUnderTest> CreateAsync() => await BlobStores.OpenAsync(azurite);

    [Fact]
    public async Task NoSuchContainer_IsSaid()
    {
        await using var test = await BlobStores.OpenAsync(azurite, o => o with { Container = "not-there" });

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Store.OpenReadAsync(Key("a"), 0, Cancel));

        Assert.Equal(ObjectStoreError.NoBucket, thrown.Error);
    }

    [Fact]
    public async Task Identity_WhoseTokenHasEnded_IsBadCredentials()
    {
        await using var test = await CreateAsync();
        var options = new BlobObjectStoreOptions { Account = Azurite.Account, Container = "tests", Endpoint = azurite.Endpoint };
        using var client = azurite.CreateClient();
        using var store = new BlobObjectStore(
            options, BlobStores.IdentityThatEnds(TimeSpan.FromHours(-1)), TimeProvider.System, client);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenReadAsync(Key("a"), 0, Cancel));
        var signing = await Assert.ThrowsAsync<ObjectStoreException>(async () => await store.PresignAsync(Get("a"), Cancel));

        Assert.Equal("object_store_credentials", thrown.ToAnswer().Reason);
        Assert.Equal("object_store_credentials", signing.ToAnswer().Reason);
    }

    // That it is signed as Microsoft signs it, VendorSignerTests know; azurite has no scopes.
    [Fact]
    public async Task SignedPut_WithAnEncryptionScope_NamesIt_AndAGetDoesNot()
    {
        await using var test = await BlobStores.OpenAsync(azurite, o => o with { EncryptionScope = "customer-key" });
        var put = await test.Store.PresignAsync(new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5)), Cancel);
        var get = await test.Store.PresignAsync(Get("a"), Cancel);

        Assert.Contains("&ses=customer-key&", put.Url.Reveal(), StringComparison.Ordinal);
        Assert.DoesNotContain("ses=", get.Url.Reveal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OfManyBlocks_IsReadBackWhole()
    {
        await using var test = await CreateAsync();
        var content = System.Security.Cryptography.RandomNumberGenerator.GetBytes((9 << 20) + 1);

        await test.Store.PutAsync(Key("large"), new MemoryStream(content), PutMode.Replace, Cancel);

        using var read = new MemoryStream();
        await (await test.Store.OpenReadAsync(Key("large"), 0, Cancel)).CopyToAsync(read, Cancel);
        Assert.Equal(content, read.ToArray());
    }
}
