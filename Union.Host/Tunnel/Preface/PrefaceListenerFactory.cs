using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Preface;

internal sealed class PrefaceListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is PrefaceEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
#pragma warning disable CA2000 // Owned by Kestrel.
        return ValueTask.FromResult<IConnectionListener>(new Listener((PrefaceEndPoint)endpoint));
#pragma warning restore CA2000
    }

    private sealed class Listener(PrefaceEndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await endPoint.Accepted.Reader.WaitToReadAsync(cancellationToken))
            {
                if (endPoint.Accepted.Reader.TryRead(out var connection))
                {
                    return connection;
                }
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            endPoint.Accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
