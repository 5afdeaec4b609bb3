using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>
/// SQLite's one writer. What waits is committed together, each piece in its own savepoint: one fsync serves many callers,
/// and a piece that fails takes nothing of the others with it. Nobody is answered before the commit.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Pieces of one commit: enough that the fsync no longer counts, few enough that the first does not wait.</summary>
    private const int MaxBatch = 64;

    private readonly Channel<IPiece> _pieces = Channel.CreateBounded<IPiece>(1024);
    private readonly SqliteConnection _connection;
    private readonly PreparingConnection _prepared;
    private readonly Task _loop;

    public SqliteWriter(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _prepared = new PreparingConnection(_connection);
        _loop = Task.Run(LoopAsync);
    }

    private interface IPiece
    {
        Task RunAsync(PreparingConnection connection, SqliteTransaction transaction);

        void Committed();

        void Failed(Exception exception);
    }

    public async Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        var piece = new Piece<T>(work);
        await _pieces.Writer.WriteAsync(piece, cancellationToken);
        // Once queued it is not taken back: the caller must learn whether it was committed.
        return await piece.Result;
    }

    public async ValueTask DisposeAsync()
    {
        _pieces.Writer.TryComplete();
        await _loop;
        await _prepared.DisposeAsync();
    }

    // Deleted rows are overwritten, customer-free as they are, and nothing is spilled into files beside the database.
    private static Task<int> ConfigureAsync(SqliteConnection connection)
    {
        const string sql = """
            pragma journal_mode = wal;
            pragma synchronous = full;
            pragma secure_delete = on;
            pragma temp_store = memory;
            """;
        return connection.ExecuteAsync(sql);
    }

    private async Task LoopAsync()
    {
        var batch = new List<IPiece>(MaxBatch);
        while (await _pieces.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _pieces.Reader.TryRead(out var piece))
            {
                batch.Add(piece);
            }

            await CommitAsync(batch);
        }
    }

    private async Task CommitAsync(List<IPiece> batch)
    {
        var done = new List<IPiece>(batch.Count);
        try
        {
            if (_connection.State != System.Data.ConnectionState.Open)
            {
                await _connection.OpenAsync();
                await ConfigureAsync(_connection);
            }

            await using var transaction = _connection.BeginTransaction(deferred: false);
            foreach (var piece in batch)
            {
                if (await TryRunAsync(piece, transaction))
                {
                    done.Add(piece);
                }
            }

            await transaction.CommitAsync();
        }
#pragma warning disable CA1031 // The border of the batch: whatever failed it is every caller's answer, and the loop lives on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var answer = FullDisk.Explain(e);
            batch.ForEach(piece => piece.Failed(answer));
            return;
        }

        done.ForEach(piece => piece.Committed());
    }

    private async Task<bool> TryRunAsync(IPiece piece, SqliteTransaction transaction)
    {
        await transaction.SaveAsync("piece");
        try
        {
            await piece.RunAsync(_prepared, transaction);
            await transaction.ReleaseAsync("piece");
            return true;
        }
        catch (SqliteException e) when (FullDisk.Is(e))
        {
            // There is no savepoint left to go back to.
            throw;
        }
#pragma warning disable CA1031 // The border of one piece: its failure is its caller's answer alone.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await transaction.RollbackAsync("piece");
            piece.Failed(e);
            return false;
        }
    }

    private sealed class Piece<T>(Func<Session, Task<T>> work) : IPiece
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _value = default!;

        public Task<T> Result => _result.Task;

        public async Task RunAsync(PreparingConnection connection, SqliteTransaction transaction) =>
            _value = await work(new Session(connection, transaction, SqlDialect.Sqlite, [], CancellationToken.None));

        public void Committed() => _result.TrySetResult(_value);

        public void Failed(Exception exception) => _result.TrySetException(exception);
    }
}
