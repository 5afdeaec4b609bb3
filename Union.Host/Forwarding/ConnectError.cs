using System.Text.Json.Serialization;

namespace Union.Host.Forwarding;

/// <summary>An error as Connect writes it.</summary>
internal sealed record ConnectError(
    [property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("message")] string Message);

[JsonSerializable(typeof(ConnectError))]
internal sealed partial class ConnectErrorJson : JsonSerializerContext;
