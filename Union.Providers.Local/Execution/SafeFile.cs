using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Opens what a task left behind without believing it: no link is followed, a pipe does not block, and the open
/// descriptor, not the name, is asked what it is.
/// </summary>
internal static class SafeFile
{
    private const int CurrentFolder = -100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;
    private const int ErrorMissing = 2;

    // The two flags whose values differ between architectures.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;
    private static readonly int OnlyFolder = IsArm ? 0x4000 : 0x10000;

    /// <summary>A regular file with one name, of a folder that is open; null where there is none of that name.</summary>
    public static SafeFileHandle? OpenFile(SafeFileHandle folder, string name)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = Open(folder.DangerousGetHandle().ToInt32(), name, NoFollow | NonBlocking | CloseOnExec);
            if (handle is not null && !IsPlain(handle))
            {
                throw new UnsafeFileException("it is not a regular file with one name");
            }

            var plain = handle;
            handle = null;
            return plain;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    public static SafeFileHandle? OpenFolder(string path) =>
        Open(CurrentFolder, path, NoFollow | OnlyFolder | CloseOnExec);

    public static SafeFileHandle? OpenFolder(SafeFileHandle folder, string name) =>
        Open(folder.DangerousGetHandle().ToInt32(), name, NoFollow | OnlyFolder | CloseOnExec);

    /// <summary>The entries of a folder that is open, whatever its name means by now.</summary>
    public static IEnumerable<FileSystemInfo> List(SafeFileHandle folder) =>
        new DirectoryInfo($"/proc/self/fd/{folder.DangerousGetHandle()}").EnumerateFileSystemInfos();

    private static bool IsPlain(SafeFileHandle handle) =>
        Native.Statx(handle.DangerousGetHandle().ToInt32(), "", EmptyPath, BasicFacts, out var status) == 0
        && (status.Mode & TypeMask) == RegularType && status.Links == 1;

    private static SafeFileHandle? Open(int folder, string path, int flags)
    {
        var descriptor = Native.OpenAt(folder, path, flags, 0);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = Marshal.GetLastPInvokeError();
        return error == ErrorMissing
            ? null
            : throw new UnsafeFileException(new Win32Exception(error).Message.ToLowerInvariant());
    }
}

/// <summary>Something that a task left is not what it should be; the message completes "... is refused: ".</summary>
internal sealed class UnsafeFileException(string message) : Exception(message);
