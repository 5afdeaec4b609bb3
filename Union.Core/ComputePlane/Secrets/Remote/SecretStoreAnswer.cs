using System.Net;
using System.Text.Json;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>What a store answered: its status and, where there was one, its JSON. Never printed: it may hold a value.</summary>
public sealed class SecretStoreAnswer(HttpStatusCode status, JsonElement body)
{
    public HttpStatusCode Status { get; } = status;

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>An element of objects within objects; undefined where one of them is not there.</summary>
    public JsonElement this[params ReadOnlySpan<string> path]
    {
        get
        {
            var element = body;
            foreach (var name in path)
            {
                element = element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var child)
                    ? child : default;
            }

            return element;
        }
    }

    public string? Text(params ReadOnlySpan<string> path) =>
        this[path] is { ValueKind: JsonValueKind.String } element ? element.GetString() : null;

    public IEnumerable<JsonElement> Items(params ReadOnlySpan<string> path) =>
        this[path] is { ValueKind: JsonValueKind.Array } element ? element.EnumerateArray() : [];

    public override string ToString() => $"<answer {(int)Status}>";
}
