using System.Reflection;
using System.Text.RegularExpressions;

namespace Union.Core.Storage;

/// <summary>
/// One column of a database of ours, as the migration that made it declares it: the class and meaning stand behind each
/// column, where it is defined, so that neither can be forgotten or drift.
/// </summary>
/// <param name="Class">orchestration, platform, credential, customer or secret; empty where nobody declared it.</param>
public sealed partial record StoredField(string Table, string Column, string Class, string Meaning)
{
    /// <summary>The columns that the embedded scripts of a namespace create, in their order.</summary>
    public static IReadOnlyList<StoredField> Of(string migrations)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(migrations + ".", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(name => Read(assembly.GetManifestResourceStream(name)!))];
    }

    private static IEnumerable<StoredField> Read(Stream script)
    {
        using var reader = new StreamReader(script);
        var table = "";
        while (reader.ReadLine() is { } line)
        {
            if (TablePattern().Match(line) is { Success: true } start)
            {
                table = start.Groups["table"].Value;
            }
            else if (ColumnPattern().Match(line) is { Success: true } column)
            {
                yield return new StoredField(
                    column.Groups["altered"] is { Success: true } altered ? altered.Value : table,
                    column.Groups["column"].Value, column.Groups["class"].Value, column.Groups["meaning"].Value);
            }
        }
    }

    [GeneratedRegex(@"^create table (?<table>\w+)")]
    private static partial Regex TablePattern();

    [GeneratedRegex(
        @"^(    |alter table (?<altered>\w+) add column )(?!constraint )(?<column>\w+) +(integer|text|blob|real|bigint|bytea|double precision)[^-]*(-- (?<class>\w+): (?<meaning>.+))?$")]
    private static partial Regex ColumnPattern();
}
