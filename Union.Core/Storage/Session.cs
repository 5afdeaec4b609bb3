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
    private readonly DbTransaction _transaction;
    private readonly SqlDialect _dialect;
    private readonly CancellationToken _cancellationToken;
    private IReadOnlyList<string> _opening;

    /// <param name="opening">What the first statement takes along, so that it costs no round trip of its own.</param>
    internal Session(
        DbConnection connection, DbTransaction transaction, SqlDialect dialect, IReadOnlyList<string> opening,
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
        if (statements.Count == 0)
        {
            return;
        }

        if (_connection is NpgsqlConnection connection)
        {
            var opening = Opening();
            await PostgresBatch.ExecuteAsync(
                connection, (NpgsqlTransaction)_transaction, opening, statements, _dialect, _cancellationToken);
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

    private CommandDefinition Command(string sql, object parameters)
    {
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
}
