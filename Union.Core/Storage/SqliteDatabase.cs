using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>
/// One SQLite file. It is reached only through <see cref="ReadAsync"/> and <see cref="WriteAsync"/>: a read sees one
/// snapshot, a write is committed and on disk when the call returns.
/// </summary>
public sealed class SqliteDatabase : ITransactions
{
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;

    private SqliteDatabase(SqliteReaders readers, SqliteWriter writer) => (_readers, _writer) = (readers, writer);

    /// <summary>Opens a file, migrating it first; a newer one than this binary knows is refused.</summary>
    /// <param name="migrations">Namespace of the embedded scripts.</param>
    public static SqliteDatabase Open(string path, string migrations)
    {
        var writable = ConnectionString(path, SqliteOpenMode.ReadWriteCreate);
        SqliteMigrations.Apply(writable, migrations);
#pragma warning disable CA2000 // Owned by the database, which disposes it.
        return new SqliteDatabase(
            new SqliteReaders(ConnectionString(path, SqliteOpenMode.ReadWrite)), new SqliteWriter(writable));
#pragma warning restore CA2000
    }

    public Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _readers.ReadAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _writer.WriteAsync(work, cancellationToken);

    Task<T> ITransactions.ReadAsync<T>(
        string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        ReadAsync(work, cancellationToken);

    Task<T> ITransactions.WriteAsync<T>(
        string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(work, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _readers.Dispose();
        await _writer.DisposeAsync();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        ForeignKeys = true,
        Pooling = false,
        DefaultTimeout = 30,
    }.ToString();
}
