using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Dialing;

/// <summary>A TLS stream to the control plane and the transport below it, which ends with it.</summary>
internal sealed class DialledStream(SslStream tls, ConnectionContext connection) : IAsyncDisposable
{
    public SslStream Tls { get; } = tls;

    public ConnectionContext Connection { get; } = connection;

    public ValueTask DisposeAsync() => Tls.DisposeAsync();
}
