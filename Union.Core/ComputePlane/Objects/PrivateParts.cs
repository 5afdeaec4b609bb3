using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Private parts of messages in the customer's store, one object a content, named by its keyed digest.</summary>
public sealed class PrivateParts(IObjectStore store, ObjectLayout layout, KeyedDigest digests, TimeProvider time)
{
    public const int MaxBytes = 1 << 20;

    private readonly RecentParts _recent = new(time);

    /// <summary>Keeps a part; answers its digest. An empty part has the empty digest and no object.</summary>
    public async Task<string> PutAsync(
        ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        if (part.IsEmpty)
        {
            return "";
        }

        var digest = digests.Of(scope.Org, part.Span);
        await store.EnsureAsync(layout.Private(scope, digest), part, cancellationToken);
        return digest;
    }

    /// <summary>The part of a digest; null where there is no such object.</summary>
    public async Task<byte[]?> FindAsync(ProjectScope scope, string digest, CancellationToken cancellationToken)
    {
        if (digest.Length == 0)
        {
            return [];
        }

        if (_recent.Find((scope, digest)) is { } known)
        {
            return known;
        }

        var content = await store.ReadAsync(layout.Private(scope, digest), MaxBytes, cancellationToken);
        if (content is null)
        {
            return null;
        }

        // Whoever can write to the bucket must not be able to change a command line.
        if (digests.Of(scope.Org, content) != digest)
        {
            throw new UnionException(
                ErrorCode.DataLoss, "private_part_damaged", $"Private part {digest} does not match its digest.",
                "Restore the object from the bucket's versions.");
        }

        _recent.Keep((scope, digest), content);
        return content;
    }

    /// <summary>The part of a digest that work depends on.</summary>
    public async Task<byte[]> GetAsync(ProjectScope scope, string digest, CancellationToken cancellationToken) =>
        await FindAsync(scope, digest, cancellationToken) ?? throw new UnionException(
            ErrorCode.DataLoss, "private_part_missing", $"Private part {digest} is not in the store.",
            "Restore the object from the bucket's versions.");
}
