using System.Data.Common;
using Dapper;
using Npgsql;

namespace Union.Core.Storage;

/// <summary>
/// One transaction. The text of a statement is always a constant: a test over the syntax of every store holds that,
/// since the analyzers do not see through Dapper.
/// </summary>
public sealed class Session
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly SqlDialect _dialect;
    private readonly CancellationToken _cancellationToken;
    private IReadOnlyList<string> _opening;
    private IReadOnlyList<Statement>? _last;

    /// <param name="transaction">Null where the connection itself was told to begin one.</param>
    /// <param name="opening">What the first statement takes along, so that it costs no round trip of its own.</param>
    internal Session(
        DbConnection connection, DbTransaction? transaction, SqlDialect dialect, IReadOnlyList<string> opening,
        CancellationToken cancellationToken) =>
        (_connection, _transaction, _dialect, _opening, _cancellationToken) =
            (connection, transaction, dialect, opening, cancellationToken);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters) =>
        (await _connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The first row, or null.</summary>
    public Task<T?> FindAsync<T>(string sql, object parameters)
        where T : class =>
        _connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The first column of the only row; 0 where there is none.</summary>
    public async Task<long> ScalarAsync(string sql, object parameters) =>
        await _connection.ExecuteScalarAsync<long>(Command(sql, parameters));

    /// <summary>Runs a statement; answers the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object parameters) => _connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>
    /// Runs statements in their order; on PostgreSQL in one round trip, in which each sees what those before it wrote or
    /// waited for. What the queries among them answer is then in their rows.
    /// </summary>
    public async Task BatchAsync(IReadOnlyList<Statement> statements)
    {
        EnsureOpen();
        if (statements.Count == 0)
        {
            return;
        }

        if (_connection is NpgsqlConnection connection)
        {
            await PostgresBatch.ExecuteAsync(
                connection, (NpgsqlTransaction)_transaction!, Opening(), statements, [], _dialect, _cancellationToken);
            return;
        }

        foreach (var statement in statements)
        {
            if (statement is Query query)
            {
                await using var reader = await _connection.ExecuteReaderAsync(Command(query.Sql, query.Parameters));
                query.Read(reader);
            }
            else
            {
                await _connection.ExecuteAsync(Command(statement.Sql, statement.Parameters));
            }
        }
    }

    /// <summary>
    /// Runs statements as the last ones of this transaction; on PostgreSQL in the round trip that commits them, which is
    /// also when queries among them have their rows. Whatever keeps them from being run is the failure of the commit.
    /// </summary>
    public async Task BatchLastAsync(IReadOnlyList<Statement> statements)
    {
        if (_connection is not NpgsqlConnection)
        {
            await BatchAsync(statements);
            statements = [];
        }

        EnsureOpen();
        _last = statements;
    }

    /// <summary>Commits what was run, with what <see cref="BatchLastAsync"/> has put off.</summary>
    internal Task CommitAsync()
    {
        // Not cancellable: the caller must learn whether it was committed.
        if (_last is not { Count: > 0 } last)
        {
            return _transaction!.CommitAsync(CancellationToken.None);
        }

        _last = null;
        return PostgresBatch.ExecuteAsync(
            (NpgsqlConnection)_connection, (NpgsqlTransaction)_transaction!, Opening(), last, ["commit"], _dialect,
            CancellationToken.None);
    }

    private CommandDefinition Command(string sql, object parameters)
    {
        EnsureOpen();
        var opening = Opening();
        var text = _dialect.Text(sql);
        return new CommandDefinition(
            opening.Count == 0 ? text : string.Join(";\n", [.. opening, text]), parameters, _transaction,
            cancellationToken: _cancellationToken);
    }

    private IReadOnlyList<string> Opening()
    {
        (var opening, _opening) = (_opening, []);
        return opening;
    }

    private void EnsureOpen()
    {
        if (_last is not null)
        {
            throw new InvalidOperationException("The last statements of this transaction were given already.");
        }
    }
}
