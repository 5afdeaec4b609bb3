using System.Collections.Concurrent;
using System.Reflection;
using Npgsql;
using NpgsqlTypes;

namespace Union.Core.Storage;

/// <summary>Several statements in one round trip, which Dapper cannot do. Members are of the few types that columns have.</summary>
internal static class PostgresBatch
{
    // As many entries as shapes of parameters in the program.
    private static readonly ConcurrentDictionary<Type, Member[]> Members = new();

    public static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<(string Text, object Parameters)> statements,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (text, parameters) in statements)
        {
            batch.BatchCommands.Add(Command(text, parameters));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string text, object parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var member in Members.GetOrAdd(parameters.GetType(), MembersOf))
        {
            // What the text does not name would be sent for nothing.
            if (text.Contains(member.Mark, StringComparison.OrdinalIgnoreCase))
            {
                var value = member.Property.GetValue(parameters);
                command.Parameters.Add(new NpgsqlParameter(member.Property.Name, member.Type)
                {
                    Value = value is Enum ? Convert.ToInt64(value, null) : value ?? DBNull.Value,
                });
            }
        }

        return command;
    }

    private static Member[] MembersOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => TypeOf(p.PropertyType) is not null)
            .Select(p => new Member(p, "@" + p.Name, TypeOf(p.PropertyType)!.Value)),
    ];

    private static NpgsqlDbType? TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(long) || type == typeof(int) || type.IsEnum ? NpgsqlDbType.Bigint
            : type == typeof(string) ? NpgsqlDbType.Text
            : type == typeof(byte[]) ? NpgsqlDbType.Bytea
            : type == typeof(double) ? NpgsqlDbType.Double
            : null;
    }

    private sealed record Member(PropertyInfo Property, string Mark, NpgsqlDbType Type);
}
