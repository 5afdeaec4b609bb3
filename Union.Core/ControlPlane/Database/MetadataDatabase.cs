using Microsoft.Data.Sqlite;

namespace Union.Core.ControlPlane.Database;

/// <summary>
/// The control plane's metadata store. A feature reaches it only through <see cref="ReadAsync"/> and
/// <see cref="WriteAsync"/>: a read sees one snapshot, a write is committed and on disk when the call returns.
/// </summary>
public sealed class MetadataDatabase : IAsyncDisposable
{
    private readonly string _readOnly;
    private readonly DatabaseWriter _writer;

    private MetadataDatabase(string readOnly, DatabaseWriter writer) => (_readOnly, _writer) = (readOnly, writer);

    /// <summary>Opens the database file, migrating it first; a newer one than this binary knows is refused.</summary>
    public static MetadataDatabase Open(string path)
    {
        var writable = ConnectionString(path, SqliteOpenMode.ReadWriteCreate);
        Migrations.Apply(writable);
#pragma warning disable CA2000 // Owned by the database, which disposes it.
        return new MetadataDatabase(ConnectionString(path, SqliteOpenMode.ReadWrite), new DatabaseWriter(writable));
#pragma warning restore CA2000
    }

    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_readOnly);
        await connection.OpenAsync(cancellationToken);
        await DatabaseWriter.ConfigureAsync(connection);
        // Deferred: readers never wait for the writer under WAL, and see one snapshot from their first statement on.
        await using var transaction = connection.BeginTransaction(deferred: true);
        return await work(new Session(connection, transaction, cancellationToken));
    }

    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _writer.WriteAsync(work, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ToString();
}
