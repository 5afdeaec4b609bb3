using System.Net;

namespace Union.Host.Cli.Client;

/// <summary>
/// The proxy of the environment, and none for addresses of this machine: no proxy reaches those, and .NET sends them
/// there unless NO_PROXY names them.
/// </summary>
internal sealed class DirectToLoopback : IWebProxy
{
    public static DirectToLoopback Proxy { get; } = new();

    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException();
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
}
