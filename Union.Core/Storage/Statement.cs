using System.Data;
using Dapper;

namespace Union.Core.Storage;

/// <summary>A statement that is run together with others; the text is a constant.</summary>
public record Statement(string Sql, object Parameters);

/// <summary>One that answers rows, which are there once the batch has run that it is in.</summary>
public abstract record Query(string Sql, object Parameters) : Statement(Sql, Parameters)
{
    internal abstract void Read(IDataReader reader);
}

public sealed record Query<T>(string Sql, object Parameters) : Query(Sql, Parameters)
{
    public IReadOnlyList<T> Rows { get; private set; } = [];

    /// <summary>The first row, or what stands for none.</summary>
    public T? First => Rows.Count > 0 ? Rows[0] : default;

    internal override void Read(IDataReader reader) => Rows = reader.Parse<T>().AsList();
}
