using Amazon.Runtime;
using Union.Core.Boundary;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// The credentials that sign now. The vendor's object renews temporary ones shortly before they end, which would cut a
/// URL short; so they are renewed here as soon as they do not outlive what is to be signed, by one caller while the
/// others wait, and not oftener than once a minute, since a source may have no newer ones.
/// </summary>
internal sealed class SigningCredentials(AWSCredentials source, TimeProvider time) : IDisposable
{
    /// <summary>The store's clock may be ahead of ours, so a promise ends this much before the credentials.</summary>
    public static readonly TimeSpan Safety = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Snapshot? _kept;

    /// <summary>Credentials that live for <paramref name="needed"/> where such can be had.</summary>
    public ValueTask<SigV4Credentials> GetAsync(TimeSpan needed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return Volatile.Read(ref _kept) is { } kept && kept.Serves(now, needed)
            ? ValueTask.FromResult(kept.Credentials)
            : new ValueTask<SigV4Credentials>(FetchAsync(needed, cancellationToken));
    }

    public void Dispose() => _gate.Dispose();

    private async Task<SigV4Credentials> FetchAsync(TimeSpan needed, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_kept is { } kept && kept.Serves(now, needed))
            {
                return kept.Credentials;
            }

            var fetched = await ReadAsync(cancellationToken);
            var renews = fetched.EndsAt - now < needed + Safety && source is RefreshingAWSCredentials;
            if (renews)
            {
                ((RefreshingAWSCredentials)source).ClearCredentials();
                fetched = await ReadAsync(cancellationToken);
            }

            Volatile.Write(ref _kept, new Snapshot(fetched, now, renews));
            return fetched;
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken) || e is TimeoutException)
        {
            throw S3Failures.OfCredentials(e);
        }
        finally
        {
            _gate.Release();
        }
    }

    // The vendor gives the keys and their end by two calls, between which it may renew: read until both agree.
    private async Task<SigV4Credentials> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = source.Expiration;
            var found = await source.GetCredentialsAsync().WaitAsync(Patience, time, cancellationToken);
            var token = string.IsNullOrEmpty(found.Token) ? null : new SecretValue(found.Token);
            var ends = source.Expiration;
            if (before == ends || before is null)
            {
                return new SigV4Credentials(
                    found.AccessKey, new SecretValue(found.SecretKey), token,
                    ends is { } e ? new DateTimeOffset(e.ToUniversalTime()) : null);
            }
        }
    }

    /// <param name="Renewed">The source had no longer-lived ones when it was asked.</param>
    private sealed record Snapshot(SigV4Credentials Credentials, DateTimeOffset ReadAt, bool Renewed)
    {
        public bool Serves(DateTimeOffset now, TimeSpan needed) => now >= ReadAt && now - ReadAt < Pause
            && (Renewed || Credentials.EndsAt is not { } end || end - now >= needed + Safety);
    }
}
