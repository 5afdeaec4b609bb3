using System.Xml.Linq;
using Google.Apis.Auth.OAuth2;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Gcp.Objects;

/// <summary>
/// What `union doctor` asks Google: the bucket, which key encrypts, and whether IAM signs for the cluster. A region is no
/// question there: no request and no signature names one.
/// </summary>
internal sealed class GcsInspections(
    GcsRequests requests, GcsObjectStoreOptions options, GcsIdentity identity, Func<ObjectKey, string> nameOf)
{
    public IReadOnlyList<StoreInspection> All =>
    [
        new("bucket", InspectionStage.Bucket, (_, token) => AskAsync(BucketAsync, token)),
        new("key", InspectionStage.Written, (key, token) => AskAsync(t => KeyAsync(key, t), token)),
        new("signBlob", InspectionStage.Signature, (_, token) => AskAsync(SignBlobAsync, token)),
    ];

    private async Task<StoreFinding> BucketAsync(CancellationToken cancellationToken)
    {
        using var answer = await requests.SendAsync(HttpMethod.Get, "", "?location", null, null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw await GcsFailures.OfAsync(answer, "storage.buckets.get", cancellationToken);
        }

        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var location = (await XDocument.LoadAsync(body, LoadOptions.None, cancellationToken)).Root?.Value;
        return new StoreFinding($"The bucket {options.Bucket} exists, in {location}.");
    }

    private async Task<StoreFinding> KeyAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (options.EncryptionKey is not { } wanted)
        {
            return new StoreFinding("The bucket encrypts by itself: no encryptionKey is configured.", Applies: false);
        }

        using var answer = await requests.SendAsync(HttpMethod.Head, nameOf(key), "", null, null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw await GcsFailures.OfAsync(answer, "storage.objects.get", cancellationToken);
        }

        // It is answered with the version that was used.
        var used = answer.Headers.TryGetValues("x-goog-encryption-kms-key-name", out var names) ? names.First() : "";
        return used == wanted || used.StartsWith(wanted + "/cryptoKeyVersions/", StringComparison.Ordinal)
            ? new StoreFinding("The object was encrypted with the configured key.")
            : throw new ObjectStoreException(ObjectStoreError.KeyUnusable, "The object was encrypted with another key.");
    }

    private async Task<StoreFinding> SignBlobAsync(CancellationToken cancellationToken)
    {
        if (identity.Signer is ServiceAccountCredential)
        {
            return new StoreFinding("URLs are signed with the key file: signBlob is not needed.", Applies: false);
        }

        var account = await identity.EmailAsync(cancellationToken);
        await new Goog4QuerySigner(identity.Signer, account, options).SignAsync("union doctor", cancellationToken);
        return new StoreFinding($"IAM signs for {account}.");
    }

    private static async Task<StoreFinding> AskAsync(
        Func<CancellationToken, Task<StoreFinding>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken);
        }
        catch (Exception e) when (GcsFailures.IsFailure(e, cancellationToken))
        {
            throw GcsFailures.Translate(e);
        }
    }
}
