using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Union.Core.ComputePlane.Logs;

/// <summary>One line of an attempt's log file, and of its archive: JSON, one a line.</summary>
/// <param name="Micros">When the line was seen, microseconds since 1970 UTC.</param>
/// <param name="End">Bytes of its origin's stream up to and with this line; following resumes there.</param>
public sealed record LogRecord(
    [property: JsonPropertyName("t")] long Micros,
    [property: JsonPropertyName("o")] LogOrigin Origin,
    [property: JsonPropertyName("x")] string Text,
    [property: JsonPropertyName("e")] long End)
{
    /// <summary>The longest line that a reader takes: 64 KiB of text, each byte escaped to six, and the rest.</summary>
    public const int MaxBytes = 512 << 10;

    public static long MicrosOf(DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Null where the bytes are not a whole record, as the last one of a file whose writer was killed.</summary>
    public static LogRecord? Parse(Utf8JsonReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, LogJson.Readable.LogRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static LogRecord? Parse(ReadOnlySpan<byte> line) => Parse(new Utf8JsonReader(line));

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, LogJson.Readable.LogRecord);

    public LogLine ToLine() => new(DateTimeOffset.UnixEpoch.AddTicks(Micros * TimeSpan.TicksPerMicrosecond), Origin, Text);
}

[JsonSerializable(typeof(LogRecord))]
internal sealed partial class LogJson : JsonSerializerContext
{
    // No browser reads these files as a page, so quotes and letters of other scripts stay readable.
    public static LogJson Readable { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
