using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Union.Core.Boundary;

namespace Union.Host.Connect;

/// <summary>
/// The JSON form of messages (https://protobuf.dev/programming-guides/json). Fields that nobody knows are dropped, as they
/// are from binary messages, since newer clients send them; a name that an enum does not have is refused, because
/// its absence would mean something else.
/// </summary>
internal sealed class ProtoJson
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // On first use: reading every descriptor of the contract costs a tenth of a second, which no start should wait for.
    private readonly Lazy<Forms> _forms;

    public ProtoJson(RpcMethods methods) => _forms = new(() => Forms.Of(methods));

    /// <exception cref="UnionException"><c>message_undecodable</c>.</exception>
    public IMessage Parse(ReadOnlySpan<byte> json, MessageDescriptor type)
    {
        try
        {
            var text = Strict.GetString(json);
            return TryParse(text, type) ?? ParseWithUnknownFields(text, type);
        }
        catch (Exception e) when (IsOfTheText(e))
        {
            // Their messages quote the request.
            throw new UnionException(
                ErrorCode.InvalidArgument, "message_undecodable", $"The message is not the JSON form of a {type.FullName}.",
                "Check names, types and enum values against the contract.", e);
        }
    }

    public byte[] Format(IMessage message) => Encoding.UTF8.GetBytes(_forms.Value.Formatter.Format(message));

    private IMessage? TryParse(string text, MessageDescriptor type)
    {
        try
        {
            return _forms.Value.Strict.Parse(text, type);
        }
        catch (Exception e) when (IsOfTheText(e))
        {
            return null;
        }
    }

    private IMessage ParseWithUnknownFields(string text, MessageDescriptor type)
    {
        var message = _forms.Value.Lenient.Parse(text, type);
        using var json = JsonDocument.Parse(text);
        return EnumNames.AreKnown(json.RootElement, type)
            ? message
            : throw new FormatException("An enum has no such name.");
    }

    private static bool IsOfTheText(Exception exception) => exception is InvalidProtocolBufferException or InvalidJsonException
        or JsonException or DecoderFallbackException or FormatException or OverflowException or ArgumentException
        or InvalidOperationException;

    private sealed record Forms(JsonParser Strict, JsonParser Lenient, JsonFormatter Formatter)
    {
        public static Forms Of(RpcMethods methods)
        {
            var files = methods.All.Select(m => m.Descriptor.File).Distinct().Append(ErrorDetailsReflection.Descriptor);
            var types = TypeRegistry.FromFiles(files);
            var settings = JsonParser.Settings.Default.WithTypeRegistry(types);
            return new Forms(
                new JsonParser(settings), new JsonParser(settings.WithIgnoreUnknownFields(true)),
                new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(types)));
        }
    }
}
