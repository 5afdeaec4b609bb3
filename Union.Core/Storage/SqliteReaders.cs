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
            reader.Begin.ExecuteNonQuery();
            var result = await work(new Session(reader.Prepared, null, SqlDialect.Sqlite, [], cancellationToken));
            reader.End.ExecuteNonQuery();
            isWhole = true;
            return result;
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
                await reader.DisposeAsync();
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
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

    /// <summary>
    /// A connection that reads in transactions of its own words, prepared once: those of the provider are prepared anew for
    /// each read, and cost more than most reads do. Deferred, so that a reader never waits for the writer under WAL and sees
    /// one snapshot from its first statement on.
    /// </summary>
    private sealed class Reader(SqliteConnection inner, PreparingConnection prepared) : IDisposable, IAsyncDisposable
    {
        public PreparingConnection Prepared { get; } = prepared;

        public SqliteCommand Begin { get; } = new("begin deferred", inner);

        public SqliteCommand End { get; } = new("commit", inner);

        public void Dispose()
        {
            Begin.Dispose();
            End.Dispose();
            Prepared.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await Begin.DisposeAsync();
            await End.DisposeAsync();
            await Prepared.DisposeAsync();
        }
    }
}
