using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>Objects in a bucket of S3, or of a server that speaks its protocol.</summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    /// <summary>A URL that ends sooner than this is not worth its signature: the client would meet a dead link.</summary>
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(60);

    private readonly S3ObjectStoreOptions _options;
    private readonly AWSCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly AmazonS3Client _s3;
    private readonly S3Upload _upload;
    private readonly SigV4QuerySigner _signer;
    private readonly string _prefix;
    private readonly string _root;

    public S3ObjectStore(S3ObjectStoreOptions options, AWSCredentials credentials, TimeProvider time)
    {
        options.EnsureValid();
        (_options, _credentials, _time) = (options, credentials, time);
        _s3 = new AmazonS3Client(credentials, S3Client.ConfigOf(options));

        // Ceph ignores the condition without a word, so only Amazon's own servers are trusted with it.
        _upload = new S3Upload(_s3, options.Bucket, completesConditionally: options.Endpoint is null);
        _signer = new SigV4QuerySigner(S3Address.Of(options), options.Region);
        _prefix = options.Prefix is null ? "" : options.Prefix + "/";
        _root = $"s3://{options.Bucket}/{_prefix}";
        Capabilities = new ObjectStoreCapabilities(
            options.MaxLifetime, PresignBindsContentLength: true, PresignBindsContentMd5: true);
    }

    /// <summary>A store with the credentials that the vendor's own chain finds: environment, profile, role.</summary>
    public static S3ObjectStore Open(S3ObjectStoreOptions options, TimeProvider time)
    {
        options.EnsureValid();
        var credentials = DefaultAWSCredentialsIdentityResolver.GetCredentials(S3Client.ConfigOf(options));
        return new S3ObjectStore(options, credentials, time);
    }

    public ObjectStoreCapabilities Capabilities { get; }

    public Reference ReferenceTo(ObjectKey key) => Reference.Parse(_root + key);

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var text = reference.ToString();
        return text.StartsWith(_root, StringComparison.Ordinal) && ObjectKey.TryParse(text[_root.Length..], out key);
    }

    public async Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var head = await _s3.GetObjectMetadataAsync(_options.Bucket, NameOf(key), cancellationToken);
            return new StoredObject(key, head.ContentLength, head.ETag, InstantOf(head.LastModified));
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    public async Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = NameOf(key) };
        if (offset > 0)
        {
            request.ByteRange = new ByteRange($"bytes={offset}-");
        }

        try
        {
            // The response is nothing but its stream, which belongs to the caller.
            return (await _s3.GetObjectAsync(request, cancellationToken)).ResponseStream;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return Stream.Null;
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        try
        {
            await _upload.PutAsync(NameOf(key), content, mode, cancellationToken);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            await _s3.DeleteObjectAsync(_options.Bucket, NameOf(key), cancellationToken);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    /// <summary>
    /// In the order of S3, which is that of UTF-8: ordinal, but for characters beyond U+FFFF, which come last there.
    /// </summary>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = NameOf(prefix) + "/" };
        ListObjectsV2Response page;
        do
        {
            page = await ListPageAsync(request, cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                // Others may keep objects in the bucket whose keys are none of ours, such as "folder/".
                if (ObjectKey.TryParse(found.Key[_prefix.Length..], out var key))
                {
                    yield return new StoredObject(key, found.Size ?? 0, found.ETag, InstantOf(found.LastModified));
                }
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, _options.UploadMax);
        var name = NameOf(grant.Key);
        var credentials = await CredentialsAsync(cancellationToken);
        var now = _time.GetUtcNow();
        if (credentials.EndsAt - now is not { } left || left >= grant.Lifetime)
        {
            return _signer.Sign(grant, name, credentials, now);
        }

        // The store stops honouring the URL when the credentials end, so the answer says that instant.
        return left >= ShortestLifetime
            ? _signer.Sign(grant with { Lifetime = left }, name, credentials, now)
            : throw new ObjectStoreException(
                ObjectStoreError.Unavailable, "The cluster's AWS credentials end within a minute and were not renewed.");
    }

    public void Dispose() => _s3.Dispose();

    private async Task<SigV4Credentials> CredentialsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await _credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
            var token = string.IsNullOrEmpty(found.Token) ? null : new SecretValue(found.Token);
            DateTimeOffset? ends = _credentials.Expiration is { } e ? InstantOf(e) : null;
            return new SigV4Credentials(found.AccessKey, new SecretValue(found.SecretKey), token, ends);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    private async Task<ListObjectsV2Response> ListPageAsync(
        ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        try
        {
            return await _s3.ListObjectsV2Async(request, cancellationToken);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e);
        }
    }

    private string NameOf(ObjectKey key) => ObjectKey.TryParse(_prefix + key, out var whole)
        ? whole.ToString()
        : throw new ObjectStoreException(ObjectStoreError.Invalid, "The key is too long behind the store's prefix.");

    private static DateTimeOffset InstantOf(DateTime? time) => new((time ?? default).ToUniversalTime());
}
