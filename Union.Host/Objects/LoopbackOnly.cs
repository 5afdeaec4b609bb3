using System.Globalization;

namespace Union.Host.Objects;

/// <summary>
/// Tells a request to this machine by name from one that a web page sent here: after DNS rebinding the Host is the
/// page's, and a script's request carries its Origin.
/// </summary>
internal static class LoopbackOnly
{
    private static readonly string[] Names = ["127.0.0.1", "localhost", "[::1]"];

    public static bool Allows(HttpContext context)
    {
        var port = context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);
        var origin = context.Request.Headers.Origin;
        return Names.Any(n => context.Request.Host.Value == $"{n}:{port}")
            && (origin.Count == 0 || (origin.Count == 1 && Names.Any(n => origin[0] == $"http://{n}:{port}")));
    }
}
