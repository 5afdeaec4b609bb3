using System.Net.Sockets;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Union.Contracts.Task.V1;

namespace Union.Host.Cli.Client;

/// <summary>The task's own cluster, at the address that the executor set. The address is a capability: it is never shown.</summary>
internal sealed class ChildrenConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    public ChildrenConnection(CliContext context)
    {
        var address = context.Environment.Get("UNION_ACTIONS") ?? throw new CliError(
            ExitCode.WrongUsage,
            "UNION_ACTIONS is not set: this command works inside a task only.",
            "Outside of a task use 'union run'.");
        var (uri, path, socket) = ActionsAddress.Parse(address) ?? throw new CliError(
            ExitCode.WrongUsage, "UNION_ACTIONS does not hold the address of a cluster's task endpoint.");
#pragma warning disable CA2000 // the channel disposes it
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
#pragma warning restore CA2000
        if (socket is not null)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(socket, cancellationToken);
        }

        _channel = GrpcChannel.ForAddress(
            uri, new GrpcChannelOptions { HttpHandler = new PathPrefixHandler(path, handler), DisposeHttpClient = true });
        Children = new ChildrenService.ChildrenServiceClient(_channel.Intercept(new CallHeaders(context.Time)));
    }

    public ChildrenService.ChildrenServiceClient Children { get; }

    public void Dispose() => _channel.Dispose();

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // the stream owns it
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
#pragma warning restore CA2000
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
