using System.Text.Json;
using Flyteidl2.Common;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Union.Host.Relaying;

/// <summary>The run that a message of one type is about: found by the numbers of its fields, in passing.</summary>
/// <remarks>Nothing else of the message is decoded: it is on its way to a cluster and may be customer data.</remarks>
internal sealed class RunOfMessage
{
    private const int MaxDepth = 3;

    private readonly IReadOnlyList<IReadOnlyList<FieldDescriptor>> _paths;

    public RunOfMessage(MessageDescriptor type) => _paths = [.. PathsOf(type, [])];

    /// <summary>False for a type that never names a run.</summary>
    public bool CanFind => _paths.Count > 0;

    /// <summary>Null where the message names no run.</summary>
    public RunIdentifier? Find(ReadOnlyMemory<byte> message) =>
        _paths.Select(path => Find(message, path)).FirstOrDefault(run => run is { Name.Length: > 0 });

    /// <summary>The same in the JSON form of the message.</summary>
    public RunIdentifier? FindJson(JsonElement message) =>
        _paths.Select(path => FindJson(message, path)).FirstOrDefault(run => run is { Name.Length: > 0 });

    private static IEnumerable<IReadOnlyList<FieldDescriptor>> PathsOf(
        MessageDescriptor type, IReadOnlyList<FieldDescriptor> above)
    {
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (field.FieldType != FieldType.Message || field.IsRepeated || above.Count >= MaxDepth)
            {
                continue;
            }

            IReadOnlyList<FieldDescriptor> path = [.. above, field];
            if (field.MessageType == RunIdentifier.Descriptor)
            {
                yield return path;
            }
            else if (field.MessageType.File.Package == RunIdentifier.Descriptor.File.Package)
            {
                foreach (var below in PathsOf(field.MessageType, path))
                {
                    yield return below;
                }
            }
        }
    }

    private static RunIdentifier? Find(ReadOnlyMemory<byte> message, IReadOnlyList<FieldDescriptor> path)
    {
        ReadOnlyMemory<byte>? at = message;
        foreach (var field in path)
        {
            at = at is { } bytes ? FieldOf(bytes, field.FieldNumber) : null;
        }

        return at is { } found ? RunIdentifier.Parser.ParseFrom(found.Span) : null;
    }

    // The last of several wins; real clients send one.
    private static ReadOnlyMemory<byte>? FieldOf(ReadOnlyMemory<byte> message, int number)
    {
        using var input = new CodedInputStream(message.ToArray());
        ReadOnlyMemory<byte>? found = null;
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found = input.ReadBytes().Memory;
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }

    private static RunIdentifier? FindJson(JsonElement at, IReadOnlyList<FieldDescriptor> path)
    {
        foreach (var field in path)
        {
            if (at.ValueKind != JsonValueKind.Object
                || (!at.TryGetProperty(field.JsonName, out var below) && !at.TryGetProperty(field.Name, out below)))
            {
                return null;
            }

            at = below;
        }

        return at.ValueKind == JsonValueKind.Object
            ? new RunIdentifier { Project = Text(at, "project"), Domain = Text(at, "domain"), Name = Text(at, "name") }
            : null;
    }

    private static string Text(JsonElement run, string name) =>
        run.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
