using Union.Core.ComputePlane.Objects;
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
