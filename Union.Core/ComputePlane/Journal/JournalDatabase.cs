using Union.Core.Storage;

namespace Union.Core.ComputePlane.Journal;

/// <summary>A cluster's own file. If its disk is lost, Hello rebuilds what matters from the other plane.</summary>
public sealed class JournalDatabase(SqliteDatabase database) : IAsyncDisposable
{
#pragma warning disable CA2000 // Owned by the result, which disposes it.
    public static JournalDatabase Open(string path) =>
        new(SqliteDatabase.Open(path, "Union.Core.ComputePlane.Journal.Migrations"));
#pragma warning restore CA2000

    public Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync(work, cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
