using Amazon.Runtime;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>Signs requests to one bucket with the cluster's credentials, or with a session of each URL's own.</summary>
internal sealed class S3Presign : IDisposable
{
    private readonly S3ObjectStoreOptions _options;
    private readonly AssumedRole? _role;
    private readonly SigningCredentials _credentials;
    private readonly SigV4QuerySigner _signer;
    private readonly TimeProvider _time;

    public S3Presign(S3ObjectStoreOptions options, AWSCredentials credentials, AssumedRole? role, TimeProvider time)
    {
        (_options, _role, _time) = (options, role, time);
        _credentials = new SigningCredentials(credentials, time);
        _signer = new SigV4QuerySigner(S3Address.Of(options), options.Region, options.EncryptionKey);
    }

    /// <param name="key">The whole key in the bucket.</param>
    public ValueTask<PresignedRequest> SignAsync(PresignGrant grant, string key, CancellationToken cancellationToken)
    {
        // The common case, static keys that were read already, awaits nothing.
        var credentials = CredentialsAsync(grant, key, cancellationToken);
        return credentials.IsCompletedSuccessfully
            ? ValueTask.FromResult(Sign(grant, key, credentials.Result))
            : AwaitAsync(grant, key, credentials);
    }

    public void Dispose() => _credentials.Dispose();

    private async ValueTask<PresignedRequest> AwaitAsync(
        PresignGrant grant, string key, ValueTask<SigV4Credentials> credentials) => Sign(grant, key, await credentials);

    private PresignedRequest Sign(PresignGrant grant, string key, SigV4Credentials credentials)
    {
        var now = _time.GetUtcNow();
        if (credentials.EndsAt is { } end)
        {
            var lifetime = PresignRules.LifetimeBefore(end - SigningCredentials.Safety, grant, now);
            grant = lifetime == grant.Lifetime ? grant : grant with { Lifetime = lifetime };
        }

        return _signer.Sign(grant, key, credentials, now);
    }

    private ValueTask<SigV4Credentials> CredentialsAsync(
        PresignGrant grant, string key, CancellationToken cancellationToken) => _options.Role?.PerUrl == true
            ? new ValueTask<SigV4Credentials>(NarrowedAsync(grant, key, cancellationToken))
            : _credentials.GetAsync(grant.Lifetime, cancellationToken);

    private async Task<SigV4Credentials> NarrowedAsync(
        PresignGrant grant, string key, CancellationToken cancellationToken)
    {
        var policy = S3SessionPolicy.Of(
            grant.Verb, _options.Region, _options.Bucket, key, _options.ClientNetworks);
        try
        {
            return await _role!.NarrowedAsync(policy, grant.Lifetime, cancellationToken);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.OfCredentials(e);
        }
    }
}
