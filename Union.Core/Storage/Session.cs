using System.Data.Common;
using Dapper;

namespace Union.Core.Storage;

/// <summary>
/// One transaction. The text of a statement is always a constant: a test over the syntax of every store holds that,
/// since the analyzers do not see through Dapper.
/// </summary>
public sealed class Session(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
{
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The first row, or null.</summary>
    public Task<T?> FindAsync<T>(string sql, object parameters)
        where T : class =>
        connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The first column of the only row.</summary>
    public async Task<long> ScalarAsync(string sql, object parameters) =>
        await connection.ExecuteScalarAsync<long>(Command(sql, parameters));

    /// <summary>Runs a statement; answers the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object parameters) => connection.ExecuteAsync(Command(sql, parameters));

    private CommandDefinition Command(string sql, object parameters) =>
        new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
