using Google.Protobuf;

namespace Union.StandIn;

/// <summary>Files as the SDK's storage layer takes them: no folder is made on the way to a file that is written.</summary>
internal static class Storage
{
    public static byte[] Read(string uri) => File.ReadAllBytes(PathOf(uri));

    public static void Write(string uri, IMessage message) => File.WriteAllBytes(PathOf(uri), message.ToByteArray());

    public static void Write(string uri, string text) => File.WriteAllText(PathOf(uri), text);

    public static void MakeFolder(string uri) => Directory.CreateDirectory(PathOf(uri));

    private static string PathOf(string uri) => uri.StartsWith("file://", StringComparison.Ordinal)
        ? uri["file://".Length..]
        : throw new NotSupportedException("Only file:// is known here.");
}
