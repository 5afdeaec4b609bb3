using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Union.Host.Connect;

/// <summary>
/// Looks for names that an enum does not have. The parser drops them together with unknown fields, and a filter whose
/// function is dropped finds other things than were asked for.
/// </summary>
internal static class EnumNames
{
    private const string WellKnown = "google.protobuf.";

    public static bool AreKnown(JsonElement json, MessageDescriptor type)
    {
        if (json.ValueKind is not JsonValueKind.Object || type.FullName.StartsWith(WellKnown, StringComparison.Ordinal))
        {
            return true;
        }

        foreach (var property in json.EnumerateObject())
        {
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == property.Name || f.Name == property.Name);
            if (field is not null && !AreKnown(property.Value, field))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreKnown(JsonElement value, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var valueField = field.MessageType.FindFieldByName("value");
            return value.ValueKind is not JsonValueKind.Object
                || value.EnumerateObject().All(entry => AreKnown(entry.Value, valueField));
        }

        return value.ValueKind is JsonValueKind.Array
            ? value.EnumerateArray().All(item => IsKnown(item, field))
            : IsKnown(value, field);
    }

    private static bool IsKnown(JsonElement value, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Enum when value.ValueKind is JsonValueKind.String => field.EnumType.FindValueByName(value.GetString()!) is not null,
        FieldType.Message => AreKnown(value, field.MessageType),
        _ => true,
    };
}
