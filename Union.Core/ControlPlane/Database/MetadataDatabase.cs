using Union.Core.Storage;

namespace Union.Core.ControlPlane.Database;

/// <summary>The control plane's metadata store: orchestration, platform and credential class only.</summary>
public sealed class MetadataDatabase(SqliteDatabase database) : IAsyncDisposable
{
#pragma warning disable CA2000 // Owned by the result, which disposes it.
    public static MetadataDatabase Open(string path) =>
        new(SqliteDatabase.Open(path, "Union.Core.ControlPlane.Database.Migrations.sqlite"));
#pragma warning restore CA2000

    public Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    /// <summary>Commits what <paramref name="work"/> writes; acknowledged means on disk.</summary>
    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync(work, cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
