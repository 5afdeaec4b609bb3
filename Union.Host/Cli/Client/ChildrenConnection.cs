using System.Net;
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
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !Uri.TryCreate($"http://{address[..slash]}", UriKind.Absolute, out var uri)
            || !(uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip))))
        {
            throw new CliError(ExitCode.WrongUsage, "UNION_ACTIONS does not hold the address of a cluster's task endpoint.");
        }

#pragma warning disable CA2000 // the channel disposes it
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
#pragma warning restore CA2000
        _channel = GrpcChannel.ForAddress(
            uri, new GrpcChannelOptions { HttpHandler = new PathPrefixHandler(address[slash..], handler), DisposeHttpClient = true });
        Children = new ChildrenService.ChildrenServiceClient(_channel.Intercept(new CallHeaders(context.Time)));
    }

    public ChildrenService.ChildrenServiceClient Children { get; }

    public void Dispose() => _channel.Dispose();
}
