using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Azure.Objects;

/// <summary>
/// Objects in a container of Azure Storage, as an Entra identity and never with the account's key. A signed URL cannot
/// bind what is uploaded by it, which <see cref="Capabilities"/> say: whoever signs one must look before the first use.
/// </summary>
public sealed class BlobObjectStore : IObjectStore, IInspectedStore, IDisposable
{
    private const string Looks = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
    private const string Reads = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    private const string Writes = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";
    private const string Deletes = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete";

    // Of each block, for the store to compare with what arrived. The newer CRC64 no emulator checks.
    private static readonly UploadTransferValidationOptions Digested = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    private readonly BlobContainerClient _container;
    private readonly UserDelegationKeys _keys;
    private readonly BlobSasSigner _signer;
    private readonly long _uploadMax;
    private readonly string? _encryptionScope;
    private readonly string _prefix;
    private readonly string _root;

    /// <param name="http">What the calls go out by; none means the SDK's own.</param>
    public BlobObjectStore(
        BlobObjectStoreOptions options, TokenCredential credential, TimeProvider time, HttpClient? http = null)
    {
        options.EnsureValid();
        var client = new BlobClientOptions
        {
            // Retrying is a decorator's work; here it would also turn a create-only put whose answer was lost into
            // "already exists".
            Retry = { MaxRetries = 0 },
            EncryptionScope = options.EncryptionScope,
        };
        if (http is not null)
        {
            client.Transport = new HttpClientTransport(http);
        }

        var account = new BlobServiceClient(new Uri(options.AccountUrl), credential, client);
        _container = account.GetBlobContainerClient(options.Container);
        _keys = UserDelegationKeys.Of(account, time);
        _signer = new BlobSasSigner(_keys, options, time);
        _uploadMax = options.UploadMax;
        _encryptionScope = options.EncryptionScope;
        _prefix = options.Prefix is null ? "" : options.Prefix + "/";

        // As adlfs and obstore read it; the form with "container@account" looks like a user and is no reference.
        _root = $"az://{options.Container}/{_prefix}";
        Capabilities = BlobSasSigner.Capabilities with { MaxPresignLifetime = options.MaxLifetime };
    }

    /// <summary>With the identity that Azure's own chain finds: variables, workload, managed identity, a login.</summary>
    /// <param name="clientId">The managed identity, where the machine has several.</param>
    public static BlobObjectStore Open(BlobObjectStoreOptions options, string? clientId, TimeProvider time) => new(
        options,
        new DefaultAzureCredential(new DefaultAzureCredentialOptions
        {
            ManagedIdentityClientId = clientId,
            WorkloadIdentityClientId = clientId,
            ExcludeInteractiveBrowserCredential = true,
        }),
        time);

    public ObjectStoreCapabilities Capabilities { get; }

    /// <summary>A region is no question here: no request and no signature names one.</summary>
    public IReadOnlyList<StoreInspection> Inspections =>
    [
        new("bucket", InspectionStage.Bucket, (_, token) => GuardAsync(() => LookAtContainerAsync(token), Looks, token)),
        new("key", InspectionStage.Written, (key, token) => GuardAsync(() => LookAtScopeAsync(key, token), Reads, token)),
        new("delegationKey", InspectionStage.Signature, (_, token) => AskForKeyAsync(token)),
    ];

    public Uri PlaceOf(ObjectKey key) => BlobOf(key).Uri;

    public Reference ReferenceTo(ObjectKey key) => Reference.Parse(_root + key);

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var text = reference.ToString();
        return text.StartsWith(_root, StringComparison.Ordinal) && ObjectKey.TryParse(text[_root.Length..], out key);
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            try
            {
                var found = (await BlobOf(key).GetPropertiesAsync(null, cancellationToken)).Value;
                return new StoredObject(key, found.ContentLength, found.ETag.ToString(), found.LastModified);
            }
            catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != "ContainerNotFound")
            {
                return null;
            }
        },
        Reads, cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            try
            {
                var range = new BlobDownloadOptions { Range = offset > 0 ? new HttpRange(offset) : default };
                return (await BlobOf(key).DownloadStreamingAsync(range, cancellationToken)).Value.Content;
            }
            catch (RequestFailedException e) when (e.Status == 416)
            {
                return Stream.Null;
            }
        },
        Reads, cancellationToken);

    /// <summary>In blocks that become a blob only when all have arrived; until then there is nothing to be seen.</summary>
    public Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            var conditions = mode is PutMode.CreateOnly ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null;
            await BlobOf(key).UploadAsync(content, new BlobUploadOptions { Conditions = conditions, TransferValidation = Digested }, cancellationToken);
            return true;
        },
        Writes, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(
        async () => (await BlobOf(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, null, cancellationToken)).Value,
        Deletes, cancellationToken);

    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = NameOf(prefix) + "/" };
        await using var blobs = _container.GetBlobsAsync(options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await GuardAsync(async () => await blobs.MoveNextAsync(), Reads, cancellationToken))
        {
            var found = blobs.Current;
            if (ObjectKey.TryParse(found.Name[_prefix.Length..], out var key))
            {
                yield return new StoredObject(
                    key, found.Properties.ContentLength ?? 0, found.Properties.ETag?.ToString() ?? "",
                    found.Properties.LastModified ?? default);
            }
        }
    }

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, _uploadMax);
        return _signer.SignAsync(grant, NameOf(grant.Key), cancellationToken);
    }

    public void Dispose() => _keys.Dispose();

    private async Task<StoreFinding> LookAtContainerAsync(CancellationToken cancellationToken)
    {
        await _container.GetPropertiesAsync(cancellationToken: cancellationToken);
        return new StoreFinding($"The container {_container.Name} exists.");
    }

    private async Task<StoreFinding> LookAtScopeAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_encryptionScope is not { } wanted)
        {
            return new StoreFinding("The account encrypts by itself: no encryptionScope is configured.", Applies: false);
        }

        var used = (await BlobOf(key).GetPropertiesAsync(null, cancellationToken)).Value.EncryptionScope;
        return used == wanted
            ? new StoreFinding("The object was encrypted in the configured scope.")
            : throw new ObjectStoreException(ObjectStoreError.KeyUnusable, "The object was encrypted in another scope, or in none.");
    }

    private async Task<StoreFinding> AskForKeyAsync(CancellationToken cancellationToken)
    {
        var key = await _keys.GetAsync(TimeSpan.FromMinutes(1), cancellationToken);
        return new StoreFinding($"The account gave a user delegation key until {key.SignedExpiresOn:u}.");
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, string permission, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (BlobFailures.IsFailure(e, cancellationToken))
        {
            throw BlobFailures.Translate(e, permission);
        }
    }

    private BlobClient BlobOf(ObjectKey key) => _container.GetBlobClient(NameOf(key));

    private string NameOf(ObjectKey key) => ObjectKey.TryParse(_prefix + key, out var whole)
        ? whole.ToString()
        : throw new ObjectStoreException(ObjectStoreError.Invalid, "The key is too long behind the store's prefix.");
}
