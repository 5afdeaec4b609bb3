namespace Union.Core.Storage;

/// <summary>
/// The two engines behind one seam. A read sees one snapshot; a write is committed and on disk when the call returns.
/// </summary>
internal interface ITransactions : IAsyncDisposable
{
    /// <param name="scope">The org whose rows are seen. SQLite has no row-level security and leaves it to the statements.</param>
    Task<T> ReadAsync<T>(string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// On PostgreSQL <paramref name="work"/> may run more than once: after a deadlock, and after a constraint told that
    /// another transaction was faster. Its last run is the one that counts.
    /// </summary>
    Task<T> WriteAsync<T>(string scope, Func<Session, Task<T>> work, CancellationToken cancellationToken);
}
