using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Union.Testing.Processes;

/// <summary>
/// Ports for planes that are killed and started again. They lie below those that the kernel gives to outgoing
/// connections, so that none of these takes the port of a plane while it is down.
/// </summary>
public static class FreePorts
{
    private const int Lowest = 15000;
    private const int Highest = 32000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    public static int[] Take(int count)
    {
        lock (Gate)
        {
            var ports = new List<int>();
            while (ports.Count < count)
            {
                var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
                if (IsFree(port) && Given.Add(port))
                {
                    ports.Add(port);
                }
            }

            return [.. ports];
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
