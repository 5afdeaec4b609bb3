using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Union.Core.Boundary.Projections;

/// <summary>
/// A message taken apart by data class. Protobuf merges concatenated encodings, so <c>Projection ++ Private</c> is the
/// message again without anybody parsing the private part. Fields that the contract does not know are dropped.
/// </summary>
/// <param name="Projection">Orchestration fields only: what the control plane may store.</param>
/// <param name="Private">Everything else: only for the customer's store.</param>
public sealed record SplitMessage(ReadOnlyMemory<byte> Projection, ReadOnlyMemory<byte> Private)
{
    public static SplitMessage Of(IMessage message)
    {
        var (kept, rest) = Split(message);
        return new SplitMessage(kept.ToByteArray(), rest.ToByteArray());
    }

    private static (IMessage Kept, IMessage Other) Split(IMessage message)
    {
        var (kept, rest) = (Create(message), Create(message));
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (!IsSet(message, field))
            {
                continue;
            }

            if (!FieldClasses.IsKept(field))
            {
                Copy(message, rest, field);
            }
            else if (field.IsMap || field.FieldType is not FieldType.Message || IsOpaque(field.MessageType))
            {
                Copy(message, kept, field);
            }
            else if (field.IsRepeated)
            {
                // Merging appends, so a repeated field is whole on one side: private as soon as one element is.
                Copy(message, ContainsPrivate(message, field) ? rest : kept, field);
            }
            else
            {
                var (keptChild, restChild) = Split((IMessage)field.Accessor.GetValue(message));
                field.Accessor.SetValue(kept, keptChild);
                if (restChild.CalculateSize() > 0)
                {
                    field.Accessor.SetValue(rest, restChild);
                }
            }
        }

        return (kept, rest);
    }

    // Timestamps, durations and wrappers hold one value and no field of their own to decide about.
    private static bool IsOpaque(MessageDescriptor type) =>
        type.File.Package == "google.protobuf" && type.Name is not ("Struct" or "Any" or "Value" or "ListValue");

    private static bool ContainsPrivate(IMessage message, FieldDescriptor field) =>
        ((IList)field.Accessor.GetValue(message)).Cast<IMessage>().Any(element => Split(element).Other.CalculateSize() > 0);

    private static IMessage Create(IMessage message) => message.Descriptor.Parser.ParseFrom(ByteString.Empty);

    private static bool IsSet(IMessage message, FieldDescriptor field) => field switch
    {
        { IsMap: true } => ((IDictionary)field.Accessor.GetValue(message)).Count > 0,
        { IsRepeated: true } => ((IList)field.Accessor.GetValue(message)).Count > 0,
        { HasPresence: true } => field.Accessor.HasValue(message),
        _ => true,
    };

    private static void Copy(IMessage from, IMessage to, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var target = (IDictionary)field.Accessor.GetValue(to);
            foreach (DictionaryEntry entry in (IDictionary)field.Accessor.GetValue(from))
            {
                target.Add(entry.Key, entry.Value);
            }
        }
        else if (field.IsRepeated)
        {
            var target = (IList)field.Accessor.GetValue(to);
            foreach (var element in (IList)field.Accessor.GetValue(from))
            {
                target.Add(element);
            }
        }
        else
        {
            field.Accessor.SetValue(to, field.Accessor.GetValue(from));
        }
    }
}
