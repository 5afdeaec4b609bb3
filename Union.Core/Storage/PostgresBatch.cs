using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Union.Core.Storage;

/// <summary>Several statements in one round trip, which Dapper cannot do. Members are of the few types that columns have.</summary>
internal static partial class PostgresBatch
{
    // As many entries as statements in the program, each with the one or two types of its parameters.
    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<Type, Shape>> Shapes =
        new(ReferenceEqualityComparer.Instance);

    /// <param name="opening">What the transaction says before its first statement.</param>
    /// <param name="closing">What it says after its last one.</param>
    public static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<string> opening,
        IReadOnlyList<Statement> statements, IReadOnlyList<string> closing, SqlDialect dialect,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var setting in opening)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(setting));
        }

        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(Command(dialect.Text(statement.Sql), statement.Parameters));
        }

        foreach (var end in closing)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(end));
        }

        // Statements without rows are passed over by the reader.
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var query in statements.OfType<Query>())
        {
            query.Read(reader);
            await reader.NextResultAsync(cancellationToken);
        }
    }

    private static NpgsqlBatchCommand Command(string text, object parameters)
    {
        var shape = Shapes.GetOrAdd(text, static _ => new())
            .GetOrAdd(parameters.GetType(), static (type, text) => Shape.Of(text, type), text);
        var command = new NpgsqlBatchCommand(shape.Text);
        foreach (var (property, type) in shape.Members)
        {
            var value = property.GetValue(parameters);
            command.Parameters.Add(new NpgsqlParameter
            {
                NpgsqlDbType = type,
                Value = value is Enum ? Convert.ToInt64(value, null) : value ?? DBNull.Value,
            });
        }

        return command;
    }

    private static NpgsqlDbType TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(long) || type == typeof(int) || type.IsEnum ? NpgsqlDbType.Bigint
            : type == typeof(string) ? NpgsqlDbType.Text
            : type == typeof(byte[]) ? NpgsqlDbType.Bytea
            : type == typeof(double) ? NpgsqlDbType.Double
            : type == typeof(long[]) ? NpgsqlDbType.Bigint | NpgsqlDbType.Array
            : type == typeof(string[]) ? NpgsqlDbType.Text | NpgsqlDbType.Array
            : throw new ArgumentException($"No column has values of {type}.", nameof(type));
    }

    [GeneratedRegex(@"@(\w+)")]
    private static partial Regex MarkPattern();

    /// <summary>A statement with numbers for names, which is what the server takes: nothing is looked for at each call.</summary>
    private sealed record Shape(string Text, IReadOnlyList<(PropertyInfo Property, NpgsqlDbType Type)> Members)
    {
        public static Shape Of(string text, Type parameters)
        {
            var members = new List<(PropertyInfo Property, NpgsqlDbType Type)>();
            var numbered = MarkPattern().Replace(text, mark =>
            {
                var name = mark.Groups[1].Value;
                var index = members.FindIndex(m => m.Property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
                if (index < 0)
                {
                    var property = parameters.GetProperty(
                        name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
                        ?? throw new ArgumentException($"The parameters have no {name}.", nameof(parameters));
                    index = members.Count;
                    members.Add((property, TypeOf(property.PropertyType)));
                }

                return string.Create(CultureInfo.InvariantCulture, $"${index + 1}");
            });
            return new Shape(numbered, members);
        }
    }
}
