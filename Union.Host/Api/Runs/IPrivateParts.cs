using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

/// <summary>The customer's part of messages, which a run's cluster keeps: bytes on their way, never kept here.</summary>
internal interface IPrivateParts
{
    /// <summary>Hands a part to the cluster; answers its keyed digest, empty for an empty part.</summary>
    Task<string> PutAsync(string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken);

    /// <summary>The parts of these digests in their order, or null when the cluster cannot be reached.</summary>
    Task<IReadOnlyList<byte[]>?> TryGetAsync(
        string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken);
}
