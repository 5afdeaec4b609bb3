using Union.Core.Storage;

namespace Union.Core.ControlPlane.Database;

/// <summary>
/// The control plane's metadata store: orchestration, platform and credential class only. Every transaction names the org
/// whose rows it may see.
/// </summary>
public sealed class MetadataDatabase : IAsyncDisposable
{
    internal const string SqliteMigrations = "Union.Core.ControlPlane.Database.Migrations.sqlite";
    internal const string PostgresMigrations = "Union.Core.ControlPlane.Database.Migrations.postgres";

    /// <summary>No org can have this name: it sees which orgs and join tokens exist, and what is the installation's own.</summary>
    private const string Installation = "*";

    private readonly ITransactions _transactions;
    private readonly AsyncLocal<AccompaniedWrite?> _along = new();

    private MetadataDatabase(ITransactions transactions) => _transactions = transactions;

    /// <summary>Null when the database is a file of this process alone.</summary>
    internal PostgresDatabase? Postgres => _transactions as PostgresDatabase;

#pragma warning disable CA2000 // Owned by the result, which disposes it.
    public static MetadataDatabase Open(string path) => new(SqliteDatabase.Open(path, SqliteMigrations));

    public static async Task<MetadataDatabase> OpenAsync(
        PostgresOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        new(await PostgresOpening.OpenAsync(options, PostgresMigrations, time, cancellationToken));
#pragma warning restore CA2000

    public Task<T> ReadAsync<T>(string org, Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _transactions.ReadAsync(Checked(org), work, cancellationToken);

    /// <summary>
    /// Commits what <paramref name="work"/> writes; acknowledged means on disk. Where another transaction was faster the
    /// work runs again, so it changes nothing but the database.
    /// </summary>
    public Task<T> WriteAsync<T>(string org, Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _along.Value is { } along && along.TryJoin(Checked(org), work) is { } both
            ? WriteBothAsync(org, both, along, cancellationToken)
            : _transactions.WriteAsync(Checked(org), work, cancellationToken);

    /// <summary>
    /// The next write of this flow also does <paramref name="write"/>, which is given its org. A write that fails has then
    /// done neither, and one that comes after it is on its own.
    /// </summary>
    internal AccompaniedWrite Accompany(Func<Session, string, Task> write)
    {
        var along = new AccompaniedWrite(write, () => _along.Value = null);
        _along.Value = along;
        return along;
    }

    /// <summary>Before an org is known: which orgs there are, whose a join token is, which triggers are due. Sees no other row.</summary>
    public Task<T> ReadInstallationAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _transactions.ReadAsync(Installation, work, cancellationToken);

    /// <summary>What belongs to no org: the sealed keys.</summary>
    internal Task<T> WriteInstallationAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        _transactions.WriteAsync(Installation, work, cancellationToken);

    public ValueTask DisposeAsync() => _transactions.DisposeAsync();

    private async Task<T> WriteBothAsync<T>(
        string org, Func<Session, Task<T>> work, AccompaniedWrite along, CancellationToken cancellationToken)
    {
        var result = await _transactions.WriteAsync(org, work, cancellationToken);
        along.Committed();
        return result;
    }

    private static string Checked(string org) => org is "" or Installation
        ? throw new ArgumentException("A transaction needs an org.", nameof(org))
        : org;
}
