using Dapper;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>
/// One SQLite file. It is reached only through <see cref="ReadAsync"/> and <see cref="WriteAsync"/>: a read sees one
/// snapshot, a write is committed and on disk when the call returns.
/// </summary>
public sealed class SqliteDatabase : ITransactions
{
    private readonly string _readOnly;
    private readonly SqliteWriter _writer;

    private SqliteDatabase(string readOnly, SqliteWriter writer) => (_readOnly, _writer) = (readOnly, writer);

    /// <summary>Opens a file, migrating it first; a newer one than this binary knows is refused.</summary>
    /// <param name="migrations">Namespace of the embedded scripts.</param>
    public static SqliteDatabase Open(string path, string migrations)
    {
        var writable = ConnectionString(path, SqliteOpenMode.ReadWriteCreate);
        SqliteMigrations.Apply(writable, migrations);
#pragma warning disable CA2000 // Owned by the database, which disposes it.
        return new SqliteDatabase(ConnectionString(path, SqliteOpenMode.ReadWrite), new SqliteWriter(writable));
#pragma warning restore CA2000
    }

    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_readOnly);
        await connection.OpenAsync(cancellationToken);
        const string sql = "pragma temp_store = memory";
        await connection.ExecuteAsync(sql);
        // Deferred: readers never wait for the writer under WAL, and see one snapshot from their first statement on.
        await using var transaction = connection.BeginTransaction(deferred: true);
        return await work(new Session(connection, transaction, SqlDialect.Sqlite, "", cancellationToken));
    }

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
