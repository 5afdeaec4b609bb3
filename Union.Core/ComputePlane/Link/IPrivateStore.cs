using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Link;

/// <summary>Private parts of messages in the customer's store, by keyed digest.</summary>
public interface IPrivateStore
{
    /// <summary>Keeps a part; answers its digest. An empty part has the empty digest.</summary>
    Task<string> PutAsync(ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken);

    /// <summary>The part of a digest, empty for the empty one.</summary>
    /// <exception cref="UnionException"><c>private_part_missing</c>.</exception>
    Task<byte[]> GetAsync(ProjectScope scope, string digest, CancellationToken cancellationToken);
}
