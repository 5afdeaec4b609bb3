using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>Connections of one file that read: open, and with their statements prepared.</summary>
internal sealed class SqliteReaders(string connectionString) : IDisposable
{
    /// <summary>More threads than cores read at once only for a moment; each connection has a cache of its own.</summary>
    private const int MaxIdle = 16;

    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _disposed;

    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_idle.TryTake(out var reader))
        {
            reader = await OpenAsync(cancellationToken);
        }

        var isWhole = false;
        try
        {
            // Deferred: readers never wait for the writer under WAL, and see one snapshot from their first statement on.
            await using (var transaction = reader.Inner.BeginTransaction(deferred: true))
            {
                var result = await work(
                    new Session(reader.Prepared, transaction, SqlDialect.Sqlite, [], cancellationToken));
                isWhole = true;
                return result;
            }
        }
        finally
        {
            // One whose work failed may still stand in the middle of a statement.
            if (isWhole && !_disposed && _idle.Count < MaxIdle)
            {
                _idle.Add(reader);
            }
            else
            {
                await reader.Prepared.DisposeAsync();
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var reader))
        {
            reader.Prepared.Dispose();
        }
    }

    private async Task<Reader> OpenAsync(CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // Owned by the second, which is disposed with the reader or here.
        var inner = new SqliteConnection(connectionString);
        var prepared = new PreparingConnection(inner);
#pragma warning restore CA2000
        try
        {
            await inner.OpenAsync(cancellationToken);
            const string sql = "pragma temp_store = memory";
            await inner.ExecuteAsync(sql);
            return new Reader(inner, prepared);
        }
        catch
        {
            await prepared.DisposeAsync();
            throw;
        }
    }

    private sealed record Reader(SqliteConnection Inner, PreparingConnection Prepared);
}
