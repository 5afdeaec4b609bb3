using Dapper;
using Microsoft.Data.Sqlite;
using Union.Core.Storage;

namespace Union.Core.Tests.Storage;

public sealed class PreparingConnectionTests : IDisposable
{
    private const string Sql = "select @n + 0";

    private readonly PreparingConnection _connection;

    public PreparingConnectionTests()
    {
        var inner = new SqliteConnection("Data Source=:memory:");
        inner.Open();
        _connection = new PreparingConnection(inner);
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task SameText_Again_IsThePreparedCommandWithNewValues()
    {
        var first = await _connection.ExecuteScalarAsync<long>(Sql, new { n = 1L });
        var kept = _connection.Take(Sql);
        _connection.Return(kept);

        var second = await _connection.ExecuteScalarAsync<long>(Sql, new { n = 2L });

        Assert.Equal((1, 2), (first, second));
        Assert.Same(kept, _connection.Take(Sql));
    }

    [Fact]
    public async Task SameText_WhileItsRowsAreRead_IsASecondCommand()
    {
        const string rows = "select 1 union all select 2";
        Assert.Equal([1, 2], await _connection.QueryAsync<long>(rows));
        await using var reader = await _connection.ExecuteReaderAsync(rows);
        await reader.ReadAsync(TestContext.Current.CancellationToken);

        var inner = await _connection.QueryAsync<long>(rows);

        Assert.Equal([1, 2], inner);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, reader.GetInt64(0));
    }

    [Fact]
    public async Task Lists_OfEveryLength_AreAnswered()
    {
        const string sql = "select value from (select 1 as value union all select 2 union all select 3) where value in @list";

        for (var length = 1; length <= 300; length++)
        {
            var found = await _connection.QueryAsync<long>(sql, new { list = Enumerable.Range(3, length).ToArray() });
            Assert.Equal([3], found);
        }
    }

    [Fact]
    public async Task Statement_Fails_NextWithItsTextWorks()
    {
        const string sql = "insert into t (id) values (@id)";
        await _connection.ExecuteAsync("create table t (id integer primary key)");
        await _connection.ExecuteAsync(sql, new { id = 1L });

        await Assert.ThrowsAsync<SqliteException>(() => _connection.ExecuteAsync(sql, new { id = 1L }));

        Assert.Equal(1, await _connection.ExecuteAsync(sql, new { id = 2L }));
    }

    [Fact]
    public async Task Table_Changes_PreparedStatementSeesIt()
    {
        const string sql = "select * from t";
        await _connection.ExecuteAsync("create table t (a bigint); insert into t values (1)");
        Assert.Equal(1, Columns(await _connection.QueryAsync(sql)));

        await _connection.ExecuteAsync("alter table t add column b bigint");

        Assert.Equal(2, Columns(await _connection.QueryAsync(sql)));
    }

    private static int Columns(IEnumerable<dynamic> rows) => ((IDictionary<string, object>)rows.Single()).Count;
}
