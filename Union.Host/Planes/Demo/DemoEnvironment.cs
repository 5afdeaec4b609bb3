using System.Net;
using System.Net.Sockets;
using Union.Host.Configuration;

namespace Union.Host.Planes.Demo;

/// <summary>A home of the demo's own, on ports that are free: it never touches what is installed on this machine.</summary>
internal static class DemoEnvironment
{
    public static IReadOnlyDictionary<string, string> Of(ProcessEnvironment environment, string home)
    {
        var variables = environment.Names
            .Where(name => !name.StartsWith("UNION_", StringComparison.Ordinal) && environment.Get(name) is not null)
            .ToDictionary(name => name, name => environment.Get(name)!);
        variables["UNION_HOME"] = home;
        return variables;
    }

    public static string WriteConfiguration(string home)
    {
        var ports = FreePorts(6);
        var path = Path.Combine(home, "union.yaml");
        File.WriteAllText(path, $$"""
            version: 1
            controlPlane:
              auth: none
              clients: {listen: 127.0.0.1:{{ports[0]}}}
              clusters: {listen: 127.0.0.1:{{ports[1]}}}
              ops: {listen: 127.0.0.1:{{ports[2]}}}
            computePlane:
              controlPlane: {address: 127.0.0.1:{{ports[1]}}}
              objects: {provider: file, listen: 127.0.0.1:{{ports[3]}}}
              actions: {listen: 127.0.0.1:{{ports[4]}}}
              ops: {listen: 127.0.0.1:{{ports[5]}}}

            """);
        return path;
    }

    // All at once: a port that was closed again could be handed out twice.
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Stop());
        return ports;
    }
}
