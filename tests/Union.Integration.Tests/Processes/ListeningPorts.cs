using System.Globalization;
using System.Net;

namespace Union.Integration.Tests.Processes;

/// <summary>What a process listens on, as the kernel lists it.</summary>
internal static class ListeningPorts
{
    private const string Listening = "0A";

    private static readonly string[] Protocols = ["tcp", "tcp6", "udp", "udp6"];

    public static IReadOnlyList<string> Of(int processId)
    {
        var sockets = Directory.EnumerateFiles($"/proc/{processId}/fd")
            .Select(descriptor => new FileInfo(descriptor).LinkTarget)
            .Where(target => target?.StartsWith("socket:[", StringComparison.Ordinal) == true)
            .Select(target => target!["socket:[".Length..^1]).ToHashSet(StringComparer.Ordinal);
        return [.. Protocols.SelectMany(protocol => Rows(processId, protocol))
            .Where(row => sockets.Contains(row.Socket)).Select(row => row.Name).Order(StringComparer.Ordinal)];
    }

    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    private static IEnumerable<(string Name, string Socket)> Rows(int processId, string protocol) =>
        from line in File.ReadLines($"/proc/{processId}/net/{protocol}").Skip(1)
        let field = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where protocol.StartsWith("udp", StringComparison.Ordinal) || field[3] == Listening
        select ($"{protocol} {Address(field[1])}", field[9]);

    // Four bytes of IPv4 stand as one number in the machine's own order; an address of IPv6 is left as it is.
    private static string Address(string text)
    {
        var (address, port) = (text.Split(':')[0], int.Parse(text.Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        var shown = address.Length == 8
            ? new IPAddress(uint.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()
            : address;
        return string.Create(CultureInfo.InvariantCulture, $"{shown}:{port}");
    }
}
