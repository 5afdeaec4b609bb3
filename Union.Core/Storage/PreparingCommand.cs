using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>What Dapper fills; when it is run, its parameters go to the prepared command of its text.</summary>
internal sealed class PreparingCommand(PreparingConnection connection) : DbCommand
{
    private readonly SqliteCommand _filled = new();
    private SqliteCommand? _running;
    private DbTransaction? _transaction;

    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; } = 30;

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException();
    }

    protected override DbParameterCollection DbParameterCollection => _filled.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set => _transaction = value;
    }

    public override void Cancel()
    {
    }

    public override int ExecuteNonQuery() => Begin().ExecuteNonQuery();

    public override object? ExecuteScalar() => Begin().ExecuteScalar();

    public override void Prepare()
    {
    }

    protected override DbParameter CreateDbParameter() => new SqliteParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Begin().ExecuteReader(behavior);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End();
            _filled.Dispose();
        }

        base.Dispose(disposing);
    }

    private SqliteCommand Begin()
    {
        End();
        _running = connection.Take(CommandText);
        _running.Transaction = (SqliteTransaction?)_transaction;
        _running.CommandTimeout = CommandTimeout;
        foreach (SqliteParameter parameter in _filled.Parameters)
        {
            _running.Parameters.Add(parameter);
        }

        return _running;
    }

    private void End()
    {
        if (_running is { } done)
        {
            _running = null;
            connection.Return(done);
        }
    }
}
