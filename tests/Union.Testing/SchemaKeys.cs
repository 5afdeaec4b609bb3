using System.Text.Json;

namespace Union.Testing;

/// <summary>The keys that a published JSON schema names, as dotted paths.</summary>
public static class SchemaKeys
{
    public static IReadOnlyList<string> Read(string fileName)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", fileName)));
        var keys = new List<string>();
        Collect(schema.RootElement, "", keys);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private static void Collect(JsonElement schema, string path, List<string> keys)
    {
        if (schema.TryGetProperty("items", out var items))
        {
            Collect(items, path, keys);
        }

        if (!schema.TryGetProperty("properties", out var properties))
        {
            return;
        }

        foreach (var property in properties.EnumerateObject())
        {
            var key = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            keys.Add(key);
            Collect(property.Value, key, keys);
        }
    }
}
