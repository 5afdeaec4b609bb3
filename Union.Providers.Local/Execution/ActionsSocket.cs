using System.Net.Sockets;
using System.Text;
using Union.Core.Boundary;

namespace Union.Providers.Local.Execution;

/// <summary>
/// The cluster's local endpoint as a unix socket, for tasks with a network of their own. What such a task sees is the
/// socket's folder, since the socket is made anew at each start and tasks outlive one; it sees it read-only, so that none
/// can put a socket of its own there and be told the others' capabilities.
/// </summary>
public sealed class ActionsSocket
{
    /// <summary>What stands before the path of a call in the address that a task gets.</summary>
    public const string AddressInTask = $"unix:{MountedFolder}/{FileName}:";

    internal const string MountedFolder = "/run/union";
    private const string FileName = "actions.sock";

    /// <summary>The kernel takes 107 bytes (unix(7)).</summary>
    private const int MaxPathBytes = 100;

    private const int WorkingFolder = -100; // AT_FDCWD
    private const int PathOnly = 0x200000; // O_PATH
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    private ActionsSocket(string folder, string path) => (Folder, EndPoint) = (folder, new UnixDomainSocketEndPoint(path));

    public UnixDomainSocketEndPoint EndPoint { get; }

    internal string Folder { get; }

    /// <param name="folder">A folder that holds nothing else, for its owner only. One process may use it at a time.</param>
    public static ActionsSocket Prepare(string folder)
    {
        AttemptFolder.CreateOwned(folder);
        File.Delete(Path.Combine(folder, FileName));
        var socket = new ActionsSocket(folder, Path.Combine(ShortNameOf(folder), FileName));
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Bind(socket.EndPoint);
        }
        catch (SocketException e)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "actions_socket_refused",
                $"No socket for tasks can be made in {folder}: {e.Message}.",
                "Keep computePlane.dataDir on a local file system, or set computePlane.executor.network: shared.", e);
        }

        return socket;
    }

    // A folder of any length has a short name while this process holds it open, which it does to its end.
    private static string ShortNameOf(string folder)
    {
        if (Encoding.UTF8.GetByteCount(folder) + 1 + FileName.Length <= MaxPathBytes)
        {
            return folder;
        }

        var descriptor = Native.OpenAt(WorkingFolder, folder, PathOnly | CloseOnExec, 0);
        return descriptor >= 0 ? $"/proc/self/fd/{descriptor}" : throw new IOException($"The folder {folder} cannot be opened.");
    }
}
