using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>
/// An open SQLite connection that prepares each text once. The provider prepares with every command, Dapper makes a
/// command a call, and for a join of some tables that takes SQLite several times as long as running it.
/// </summary>
internal sealed class PreparingConnection(SqliteConnection inner) : DbConnection
{
    /// <summary>A program has fewer statements; a list spelled out has a text for each of its lengths.</summary>
    private const int MaxKept = 256;

    private readonly Dictionary<string, SqliteCommand> _idle = [];

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => throw new NotSupportedException();
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Open() => throw new NotSupportedException();

    public override void Close() => throw new NotSupportedException();

    /// <summary>The command of a text, for one user at a time.</summary>
    internal SqliteCommand Take(string text)
    {
        if (!_idle.Remove(text, out var command))
        {
            command = inner.CreateCommand();
#pragma warning disable CA2100 // Passed on: a test over the stores' syntax holds that every text is a constant.
            command.CommandText = text;
#pragma warning restore CA2100
        }

        return command;
    }

    internal void Return(SqliteCommand command)
    {
        command.Parameters.Clear();
        command.Transaction = null;
        if (_idle.Count >= MaxKept || !_idle.TryAdd(command.CommandText, command))
        {
            command.Dispose();
        }
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new PreparingCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _idle.Values)
            {
                command.Dispose();
            }

            _idle.Clear();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
