using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;

namespace Union.Providers.Tests.Aws;

public sealed class SigningCredentialsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2099, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Presign_CredentialsThatEndTooSoon_AreRenewedFirst()
    {
        var source = new Temporary(_time, TimeSpan.FromHours(2));
        using var store = Open(source);

        var first = await SignAsync(store, TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(61));
        var second = await SignAsync(store, TimeSpan.FromHours(1));

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromHours(1), second.ExpiresAt);
        Assert.Equal(2, source.Fetched);
        Assert.NotEqual(first.Url.Reveal(), second.Url.Reveal());
    }

    [Fact]
    public async Task Presign_WhereNoLongerOnesAreToBeHad_EndsBeforeThem_AndSaysSo()
    {
        var source = new Temporary(_time, TimeSpan.FromMinutes(20));
        using var store = Open(source);

        var signed = await SignAsync(store, TimeSpan.FromHours(1));
        await SignAsync(store, TimeSpan.FromHours(1));

        // The vendor's object says an end that is some time before the true one.
        var lifetime = signed.ExpiresAt - _time.GetUtcNow();
        Assert.InRange(lifetime, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(20) - SigningCredentials.Safety);
        Assert.Contains($"X-Amz-Expires={lifetime.TotalSeconds}&", signed.Url.Reveal(), StringComparison.Ordinal);
        Assert.Equal(2, source.Fetched);
    }

    [Fact]
    public async Task Presign_WhereTheCredentialsEndWithinAMinute_IsRefused()
    {
        using var store = Open(new Temporary(_time, TimeSpan.FromSeconds(70)));

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => SignAsync(store, TimeSpan.FromHours(1)));

        Assert.Equal(ObjectStoreError.BadCredentials, thrown.Error);
    }

    [Fact]
    public async Task Presign_ManyCallers_RenewOnce()
    {
        var gate = new TaskCompletionSource();
        var source = new Temporary(_time, TimeSpan.FromHours(2), gate.Task);
        using var store = Open(source);

#pragma warning disable CA2025 // All are awaited before the store ends.
        var callers = Enumerable.Range(0, 20).Select(_ => SignAsync(store, TimeSpan.FromHours(1))).ToList();
#pragma warning restore CA2025
        gate.SetResult();
        await Task.WhenAll(callers);

        Assert.Equal(1, source.Fetched);
    }

    [Fact]
    public async Task Presign_WhereTheSourceFails_IsBadCredentials()
    {
        using var store = Open(new Temporary(_time, TimeSpan.Zero, Task.FromException(new AmazonClientException("no"))));

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => SignAsync(store, TimeSpan.FromHours(1)));

        Assert.Equal(ObjectStoreError.BadCredentials, thrown.Error);
    }

    private S3ObjectStore Open(AWSCredentials source) =>
        new(new S3ObjectStoreOptions { Bucket = "bucket", Region = "eu-central-1" }, source, _time);

    private static async Task<PresignedRequest> SignAsync(S3ObjectStore store, TimeSpan lifetime) =>
        await store.PresignAsync(new PresignGrant(PresignVerb.Get, ObjectKey.Parse("a"), lifetime), Cancel);

    private sealed class Temporary(TimeProvider time, TimeSpan life, Task? gate = null) : RefreshingAWSCredentials
    {
        public int Fetched { get; private set; }

        protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
        {
            await (gate ?? Task.CompletedTask);
            Fetched++;
            return new CredentialsRefreshState(
                new ImmutableCredentials($"key{Fetched}", "secret", "token"), (time.GetUtcNow() + life).UtcDateTime);
        }
    }
}
