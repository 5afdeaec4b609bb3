namespace Union.Core.ComputePlane.Secrets;

/// <summary>
/// The customer's secrets. Clients may write, list names and delete; only the executor reads values. Every member
/// throws <see cref="SecretStoreException"/> for a failure of the store, and nothing else but cancellation.
/// </summary>
public interface ISecretStore
{
    SecretStoreCapabilities Capabilities { get; }

    /// <summary>Stores a value under a name and scope, replacing an older one; answers the new version.</summary>
    Task<string> PutAsync(SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken);

    /// <summary>The newest value, or that of one version. NotFound where there is none.</summary>
    Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken);

    /// <summary>That a secret of exactly this name and scope exists and since when, by one call; null where there is none.</summary>
    Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken);

    /// <summary>Removes a secret; afterwards it is NotFound even where the store keeps a recoverable copy.</summary>
    Task DeleteAsync(SecretName name, CancellationToken cancellationToken);

    /// <summary>Names and creation times below a scope, ordered by name; never values.</summary>
    IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken);
}
