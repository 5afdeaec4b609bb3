using System.Globalization;
using System.Runtime.CompilerServices;
using Union.Core.ComputePlane.Secrets;

namespace Union.Testing.Secrets;

/// <summary>Secrets in memory; only the newest version is kept.</summary>
public sealed class InMemorySecretStore(TimeProvider time, int maxValueBytes = 25_000) : ISecretStore
{
    private readonly Dictionary<SecretName, (SecretBytes Value, string Version, DateTimeOffset Created)> _secrets = [];
    private readonly Lock _lock = new();
    private long _versions;

    public SecretStoreCapabilities Capabilities { get; } = new(maxValueBytes);

    /// <summary>How often a scope was listed.</summary>
    public int Listings { get; private set; }

    public Task<string> PutAsync(SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (value.Length > maxValueBytes)
        {
            throw SecretStoreException.TooLarge(name, Capabilities);
        }

        lock (_lock)
        {
            var exists = _secrets.TryGetValue(name, out var old);
            if (exists && mode is PutSecret.CreateOnly)
            {
                throw new SecretStoreException(SecretStoreError.AlreadyExists, $"Secret {name} exists already.");
            }

            var version = (++_versions).ToString(CultureInfo.InvariantCulture);
            _secrets[name] = (value, version, exists ? old.Created : time.GetUtcNow());
            return Task.FromResult(version);
        }
    }

    public Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _secrets.TryGetValue(name, out var found) && (version is null || version == found.Version)
                ? Task.FromResult(found.Value)
                : throw new SecretStoreException(SecretStoreError.NotFound, $"There is no secret {name}.");
        }
    }

    public Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_secrets.TryGetValue(name, out var found) ? new StoredSecret(name, found.Created) : null);
        }
    }

    public Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _secrets.Remove(name);
            return Task.CompletedTask;
        }
    }

    public async IAsyncEnumerable<StoredSecret> ListAsync(
        SecretScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<StoredSecret> found;
        lock (_lock)
        {
            Listings++;
            found = [.. _secrets.Where(s => scope.Covers(s.Key.Scope)).Select(s => new StoredSecret(s.Key, s.Value.Created))];
        }

        foreach (var secret in found.OrderBy(s => s.Name, SecretNameOrder.Instance))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(secret);
        }
    }
}
