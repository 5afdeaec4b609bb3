using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Union.Host.Api.Splicing;

/// <summary>
/// Customer bytes that are to follow a response's own. The control plane never parses them: protobuf merges
/// concatenated encodings, so the client sees one message.
/// </summary>
internal static class Splices
{
    private static readonly ConditionalWeakTable<IMessage, byte[]> Attached = [];

    /// <summary>Lets <paramref name="partial"/>, an encoded part of the same message type, follow the response.</summary>
    public static void Attach(IMessage response, byte[] partial) => Attached.AddOrUpdate(response, partial);

    public static ReadOnlySpan<byte> Of(IMessage response) => Attached.TryGetValue(response, out var bytes) ? bytes : [];

    /// <summary>Wraps an encoded message as the given field of the message around it.</summary>
    public static byte[] AsField(int fieldNumber, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return [];
        }

        var tag = WireFormat.MakeTag(fieldNumber, WireFormat.WireType.LengthDelimited);
        var buffer = new byte[CodedOutputStream.ComputeRawVarint32Size(tag)
            + CodedOutputStream.ComputeLengthSize(content.Length) + content.Length];
        using var output = new CodedOutputStream(buffer);
        output.WriteTag(tag);
        output.WriteLength(content.Length);
        output.Flush();
        content.CopyTo(buffer.AsSpan(buffer.Length - content.Length));
        return buffer;
    }
}
