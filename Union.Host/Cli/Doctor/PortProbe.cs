using System.Net;
using System.Net.Sockets;
using Union.Core.ComputePlane.Setup;

namespace Union.Host.Cli.Doctor;

/// <summary>Whether a plane can listen where configuration says, or does.</summary>
/// <param name="listens">The key in configuration and the address.</param>
internal sealed class PortProbe(string plane, string dataDir, IReadOnlyList<(string Key, IPEndPoint Address)> listens) : IProbe
{
    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = IsRunning();
        yield return await Task.FromResult(CheckResult.Passed($"{plane}.running", runs ? "The plane runs." : "The plane does not run."));
        foreach (var (key, address) in listens.Where(listen => listen.Address.Port != 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Try(key, address, runs);
        }
    }

    // The plane holds the lock; a shared one of ours would be refused.
    private bool IsRunning()
    {
        try
        {
            using var file = new FileStream(Path.Combine(dataDir, "lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static CheckResult Try(string key, IPEndPoint address, bool runs)
    {
        try
        {
            using var listener = new TcpListener(address);
            listener.Start();
            return runs
                ? CheckResult.Warned(key, $"The plane runs, and nothing listens on {address}.", "Restart it with this configuration.")
                : CheckResult.Passed(key, $"{address} is free.");
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return runs
                ? CheckResult.Passed(key, $"{address} is in use, as it should be.")
                : CheckResult.Failed(key, $"{address} is in use by another program.", $"End that program, or change {key}.");
        }
        catch (SocketException e)
        {
            return CheckResult.Failed(
                key, $"{address} cannot be listened on ({e.SocketErrorCode}).",
                "Choose an address of this machine, and a port above 1023 unless the user may use lower ones.");
        }
    }
}
