using Union.Core.Storage;

namespace Union.Core.ControlPlane.Database;

/// <summary>The control plane's metadata store: orchestration, platform and credential class only.</summary>
public sealed class MetadataDatabase(SqliteDatabase database) : IAsyncDisposable
{
    public static MetadataDatabase Open(string path) =>
        new(SqliteDatabase.Open(path, "Union.Core.ControlPlane.Database.Migrations.sqlite"));

    public Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    /// <summary>Commits what <paramref name="work"/> writes; acknowledged means on disk.</summary>
    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync(work, cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
