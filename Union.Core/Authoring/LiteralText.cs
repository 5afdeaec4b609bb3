using System.Globalization;
using Flyteidl2.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Union.Core.Authoring;

/// <summary>
/// Simple values as text: the form in which people type inputs and raw tasks read inputs and write outputs. Files and
/// folders have no text form; they travel as objects.
/// </summary>
public static class LiteralText
{
    /// <summary>The value that <paramref name="text"/> spells; <see cref="FormatException"/> says what was expected.</summary>
    public static Literal Parse(LiteralType type, string text) => type.Simple switch
    {
        SimpleType.Integer => Of(new Primitive { Integer = ParseInteger(text) }),
        SimpleType.Float => Of(new Primitive { FloatValue = ParseFloat(text) }),
        SimpleType.Boolean => Of(new Primitive { Boolean = ParseBoolean(text) }),
        SimpleType.String => Of(new Primitive { StringValue = text }),
        SimpleType.Datetime => Of(new Primitive { Datetime = ParseInstant(text) }),
        SimpleType.Duration => Of(new Primitive { Duration = Durations.Parse(text).ToDuration() }),
        SimpleType.Struct => new Literal { Scalar = new Scalar { Generic = ParseObject(text) } },
        _ => throw new FormatException($"A value of type {TaskTypes.NameOf(type)} has no text form."),
    };

    /// <summary>The text of a simple value, without a final newline.</summary>
    public static string Format(Literal literal) => literal.Scalar switch
    {
        { Primitive: { } primitive } => Format(primitive),
        { Generic: { } generic } => JsonFormatter.Default.Format(generic),
        _ => throw new FormatException("Only simple values have a text form."),
    };

    private static string Format(Primitive primitive) => primitive.ValueCase switch
    {
        Primitive.ValueOneofCase.Integer => primitive.Integer.ToString(CultureInfo.InvariantCulture),
        Primitive.ValueOneofCase.FloatValue => primitive.FloatValue.ToString("R", CultureInfo.InvariantCulture),
        Primitive.ValueOneofCase.Boolean => primitive.Boolean ? "true" : "false",
        Primitive.ValueOneofCase.StringValue => primitive.StringValue,
        Primitive.ValueOneofCase.Datetime => JsonFormatter.Default.Format(primitive.Datetime).Trim('"'),
        Primitive.ValueOneofCase.Duration => JsonFormatter.Default.Format(primitive.Duration).Trim('"'),
        _ => "",
    };

    private static Literal Of(Primitive primitive) => new() { Scalar = new Scalar { Primitive = primitive } };

    private static long ParseInteger(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("An int is expected, such as 42.");

    private static double ParseFloat(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("A float is expected, such as 3.14.");

    private static bool ParseBoolean(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException("A bool is expected: true or false."),
    };

    private static Timestamp ParseInstant(string text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value)
            ? value.ToTimestamp()
            : throw new FormatException("A datetime is expected, such as 2026-01-31T12:00:00Z.");

    private static Struct ParseObject(string text)
    {
        try
        {
            return JsonParser.Default.Parse<Struct>(text);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new FormatException("A JSON object is expected, such as {\"a\": 1}.");
        }
    }
}
