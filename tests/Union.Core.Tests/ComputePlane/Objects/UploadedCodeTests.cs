using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

/// <summary>A store that binds nothing to an upload, as Azure's.</summary>
public sealed class UploadedCodeTests
{
    private readonly InMemoryObjectStore _store = new(new FakeTimeProvider(), bindsUploads: false);
    private readonly ObjectLayout _layout = new();
    private readonly byte[] _content = "right"u8.ToArray();
    private readonly ObjectKey _key;

    public UploadedCodeTests() => _key = _layout.Code(
        new ProjectScope("acme", "p", "d"), Signed.Md5(_content).Span, "bundle.tgz");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnsureRight_WhatItsKeyPromises_Stays()
    {
        await PutAsync(_content);

        await Uploads(long.MaxValue).EnsureRightAsync(_key, Cancel);

        Assert.NotNull(await _store.HeadAsync(_key, Cancel));
    }

    [Fact]
    public async Task EnsureRight_OtherContent_IsRefusedAndRemoved_AlsoWhereTheRightOneWasThereBefore()
    {
        var uploads = Uploads(long.MaxValue);
        await PutAsync(_content);
        await uploads.EnsureRightAsync(_key, Cancel);
        await PutAsync("wrong"u8.ToArray());

        var thrown = await Assert.ThrowsAsync<UnionException>(() => uploads.EnsureRightAsync(_key, Cancel));

        Assert.Equal("bundle_digest_mismatch", thrown.Reason);
        Assert.Null(await _store.HeadAsync(_key, Cancel));
    }

    [Fact]
    public async Task EnsureRight_MoreThanThePolicyAllows_IsRefusedAndRemoved()
    {
        await PutAsync(_content);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => Uploads(4).EnsureRightAsync(_key, Cancel));

        Assert.Equal("upload_too_large", thrown.Reason);
        Assert.Null(await _store.HeadAsync(_key, Cancel));
    }

    // A stock client says no length, so no store can bind one.
    [Theory]
    [InlineData("union/v1/acme/p/d/code/0123456789abcdef0123456789abcdef/bundle.tgz")]
    [InlineData("union/v1/acme/p/d/uploads/folder/file")]
    public async Task EnsureRight_MoreThanThePolicyAllows_IsRefused_WhereTheStoreBindsUploadsToo(string key)
    {
        var store = new InMemoryObjectStore(new FakeTimeProvider());
        await store.PutAsync(ObjectKey.Parse(key), new MemoryStream(_content), PutMode.Replace, Cancel);

        await new UploadedCode(store, _layout, new DataPolicy { UploadMax = 5 }).EnsureRightAsync(ObjectKey.Parse(key), Cancel);
        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => new UploadedCode(store, _layout, new DataPolicy { UploadMax = 4 }).EnsureRightAsync(ObjectKey.Parse(key), Cancel));

        Assert.Equal("upload_too_large", thrown.Reason);
    }

    [Fact]
    public async Task EnsureRight_WhatNobodyUploaded_IsNotLookedAt() =>
        await Uploads(4).EnsureRightAsync(ObjectKey.Parse("union/v1/acme/p/d/runs/r/a0/1/raw/x"), Cancel);

    private UploadedCode Uploads(long max) => new(_store, _layout, new DataPolicy { UploadMax = max });

    private Task PutAsync(byte[] content) => _store.PutAsync(_key, new MemoryStream(content), PutMode.Replace, Cancel);
}
