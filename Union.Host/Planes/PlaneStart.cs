using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Union.Core.Boundary;

namespace Union.Host.Planes;

internal static class PlaneStart
{
    /// <summary>Starts a plane; a port that is taken is said with its number and the key that changes it.</summary>
    public static async Task StartOrExplainAsync(
        this WebApplication app, IReadOnlyDictionary<string, IPEndPoint> ports, CancellationToken cancellationToken)
    {
        foreach (var (key, endPoint) in ports)
        {
            EnsureFree(key, endPoint);
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "port_in_use", $"A port is in use: {e.Message}",
                "End the other process, or choose other ports in union.yaml.", e);
        }
    }

    private static void EnsureFree(string key, IPEndPoint endPoint)
    {
        try
        {
            using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // As Kestrel does: connections of an earlier process that are still closing do not count as "in use".
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(endPoint);
        }
        catch (SocketException e)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "port_in_use", $"{endPoint} ({key}) cannot be listened on: {e.Message}",
                $"End the process that uses it, or set {key} to another address.", e);
        }
    }
}
