using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Aws.Objects;

/// <summary>Objects in a bucket of S3, or of a server that speaks its protocol.</summary>
public sealed class S3ObjectStore : IObjectStore, IInspectedStore, IDisposable
{
    private readonly S3ObjectStoreOptions _options;
    private readonly AssumedRole? _role;
    private readonly AmazonS3Client _s3;
    private readonly S3Upload _upload;
    private readonly S3Presign _presign;
    private readonly string _prefix;
    private readonly string _root;

    /// <param name="credentials">The cluster's own, with which a role is assumed where the options name one.</param>
    public S3ObjectStore(S3ObjectStoreOptions options, AWSCredentials credentials, TimeProvider time)
    {
        options.EnsureValid();
        _options = options;
        _role = options.Role is { } role ? new AssumedRole(role, credentials, options.Region) : null;
        var used = _role?.Whole() ?? credentials;
        _s3 = new AmazonS3Client(used, S3Client.ConfigOf(options));

        // Ceph ignores the condition without a word, so only Amazon's own servers are trusted with it.
        _upload = new S3Upload(_s3, options, completesConditionally: options.Endpoint is null);
        _presign = new S3Presign(options, used, _role, time);
        _prefix = options.Prefix is null ? "" : options.Prefix + "/";
        _root = $"s3://{options.Bucket}/{_prefix}";
        Capabilities = new ObjectStoreCapabilities(
            options.MaxLifetime, PresignBindsContentLength: true, PresignBindsContentMd5: true);
    }

    /// <summary>A store with the credentials that <paramref name="credentials"/> says where to find.</summary>
    public static S3ObjectStore Open(S3ObjectStoreOptions options, AwsCredentialOptions credentials, TimeProvider time)
    {
        options.EnsureValid();
        return new S3ObjectStore(options, AwsCredentialSources.Open(credentials, S3Client.ConfigOf(options)), time);
    }

    public ObjectStoreCapabilities Capabilities { get; }

    public IReadOnlyList<StoreInspection> Inspections => new S3Inspections(_s3, _options, NameOf).All;

    public Uri PlaceOf(ObjectKey key)
    {
        var address = S3Address.Of(_options);
        return new Uri($"{address.Scheme}://{address.Host}{address.PathPrefix}/{string.Join('/', NameOf(key).Split('/').Select(Uri.EscapeDataString))}");
    }

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
            throw S3Failures.Translate(e, "s3:GetObject");
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
            throw S3Failures.Translate(e, "s3:GetObject");
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
            throw S3Failures.Translate(e, "s3:PutObject");
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
            throw S3Failures.Translate(e, "s3:DeleteObject");
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

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, _options.UploadMax);
        return _presign.SignAsync(grant, NameOf(grant.Key), cancellationToken);
    }

    public void Dispose()
    {
        _presign.Dispose();
        _role?.Dispose();
        _s3.Dispose();
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
            throw S3Failures.Translate(e, "s3:ListBucket");
        }
    }

    // A key behind a prefix is as legal as both are, but for its length: nothing else is looked at again for every URL.
    private string NameOf(ObjectKey key)
    {
        var name = _prefix.Length == 0 ? key.ToString() : _prefix + key;
        return Encoding.UTF8.GetByteCount(name) <= ObjectKey.MaxBytes
            ? name
            : throw new ObjectStoreException(ObjectStoreError.Invalid, "The key is too long behind the store's prefix.");
    }

    private static DateTimeOffset InstantOf(DateTime? time) => new((time ?? default).ToUniversalTime());
}
