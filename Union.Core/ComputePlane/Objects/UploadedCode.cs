using System.Collections.Concurrent;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Policy;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Holds an uploaded file to the policy's size and to what its key promises, before the first use, where the store could
/// not do so while it was uploaded: Azure binds neither size nor MD5, and no store a size that the client did not say.
/// What does not agree is removed: its place belongs to the right content.
/// </summary>
public sealed class UploadedCode(IObjectStore store, ObjectLayout layout, DataPolicy policy)
{
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<(ObjectKey Key, string Tag), bool> _right = [];

    public async Task EnsureRightAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (!layout.IsUpload(key))
        {
            return;
        }

        // Where the store binds the digest that stands in the key, what lies there can never become another.
        var promised = layout.DigestOf(key);
        var isFixed = promised is not null && store.Capabilities.PresignBindsContentMd5;
        if (isFixed && _right.ContainsKey((key, "")))
        {
            return;
        }

        var found = await store.HeadAsync(key, cancellationToken)
            ?? throw new ObjectStoreException(ObjectStoreError.NotFound, "There is no such upload.");
        var known = (key, isFixed ? "" : found.Tag);
        if (_right.ContainsKey(known))
        {
            return;
        }

        if (found.Length > policy.UploadMax)
        {
            await store.DeleteAsync(key, cancellationToken);
            throw new UnionException(
                ErrorCode.OutOfRange, "upload_too_large",
                $"The uploaded file has more than the {policy.UploadMax} bytes that this cluster allows, so it was removed.",
                "The owner of the cluster decides that in computePlane.policy.uploadMax.");
        }

        if (promised is not null && !isFixed && !await IsRightAsync(key, promised, cancellationToken))
        {
            await store.DeleteAsync(key, cancellationToken);
            throw new UnionException(
                ErrorCode.FailedPrecondition, "bundle_digest_mismatch",
                "The uploaded file is not the one that was announced, so it was removed.", "Upload it again.");
        }

        if (_right.Count >= MostRemembered)
        {
            _right.Clear();
        }

        _right[known] = true;
    }

    private async Task<bool> IsRightAsync(ObjectKey key, byte[] promised, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(key, 0, cancellationToken);
        try
        {
            await using var held = new PromisedStream(content, policy.UploadMax, null, promised);
            await held.CopyToAsync(Stream.Null, cancellationToken);
            return true;
        }
        catch (ObjectStoreException e) when (e.Error is ObjectStoreError.Invalid or ObjectStoreError.TooLarge)
        {
            return false;
        }
    }
}
