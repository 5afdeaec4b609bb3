using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Union.Host.Ops;

/// <summary>Which of a plane's ports a connection came in by, so that none serves what belongs to another.</summary>
internal enum PortKind
{
    Clients,
    Objects,
    Actions,
    Ops,
}

/// <summary>Connection feature that names the port.</summary>
internal sealed record ServedPort(PortKind Kind);

internal static class ServedPortExtensions
{
    public static void Mark(this ListenOptions listen, PortKind kind)
    {
        var port = new ServedPort(kind);
        listen.Use(next => connection =>
        {
            connection.Features.Set(port);
            return next(connection);
        });
    }

    public static bool CameBy(this HttpContext context, PortKind kind) =>
        context.Features.Get<ServedPort>()?.Kind == kind;
}
