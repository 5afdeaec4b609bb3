using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Union.Host.Forwarding;

/// <summary>The content types of the three protocols, without parameters; no other passes in either direction.</summary>
internal static class RpcContent
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "application/grpc", "application/grpc+proto",
        "application/grpc-web", "application/grpc-web+proto",
        "application/connect+proto", "application/connect+json",
        "application/proto", "application/json",
    }.ToFrozenSet();

    public static bool IsKnown([NotNullWhen(true)] string? type) => type is not null && Known.Contains(Bare(type));

    public static bool IsGrpc(string? type) => type is not null && Bare(type) is "application/grpc" or "application/grpc+proto";

    public static bool IsGrpcWeb(string? type) =>
        type is not null && Bare(type) is "application/grpc-web" or "application/grpc-web+proto";

    public static bool IsConnectStream(string? type) =>
        type is not null && Bare(type) is "application/connect+proto" or "application/connect+json";

    // Connect clients send "application/json; charset=utf-8"; no other parameter means anything here.
    public static string Bare(string type)
    {
        var semicolon = type.IndexOf(';', StringComparison.Ordinal);
        return semicolon >= 0 && type[(semicolon + 1)..].Trim().Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase)
            ? type[..semicolon].TrimEnd()
            : type;
    }
}
