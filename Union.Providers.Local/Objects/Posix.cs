using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Union.Providers.Local.Objects;

/// <summary>
/// The few calls that .NET lacks: opening and renaming relative to an open folder without following a link. A task may
/// write into its run's folder, so a path that was checked a moment ago may be a link to anywhere by now.
/// </summary>
internal static partial class Posix
{
    public const int NotFound = 2;
    public const int Exists = 17;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;

    private static readonly bool Mac = OperatingSystem.IsMacOS();

    // asm-generic/fcntl.h gives O_DIRECTORY and O_NOFOLLOW other bits on arm64 than on x64; macOS has its own.
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int FolderFlag = Mac ? 0x100000 : Arm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = Mac ? 0x100 : Arm ? 0x8000 : 0x20000;
    private static readonly int CloseOnExec = Mac ? 0x1000000 : 0x80000;
    private static readonly int NonBlocking = Mac ? 0x4 : 0x800;

    /// <summary>Opens for reading; null with <paramref name="error"/> set where that fails.</summary>
    public static SafeFileHandle? Open(SafeFileHandle folder, string name, bool mustBeFolder, out int error)
    {
        // Non-blocking, because opening a FIFO that a task left behind would otherwise wait for ever.
        var flags = NoFollow | CloseOnExec | NonBlocking | (mustBeFolder ? FolderFlag : 0);
        var descriptor = openat(folder, name, flags);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Opens a folder by path, following links: for the root, which is the operator's word.</summary>
    public static SafeFileHandle OpenRoot(string path)
    {
        var descriptor = open(path, CloseOnExec | FolderFlag);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"The root folder cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
    }

    public static int MakeFolder(SafeFileHandle folder, string name) => Error(mkdirat(folder, name, 0x1C0));

    public static int Rename(SafeFileHandle from, string name, SafeFileHandle to, string newName) =>
        Error(renameat(from, name, to, newName));

    /// <summary>Swaps two names in one step, whatever they are.</summary>
    public static int Exchange(SafeFileHandle from, string name, SafeFileHandle to, string other) =>
        Error(Mac ? renameatx_np(from, name, to, other, 2) : renameat2(from, name, to, other, 2));

    /// <summary>A second name for a file; fails where the name is taken, so that one of several callers wins.</summary>
    public static int Link(SafeFileHandle from, string name, SafeFileHandle to, string newName) =>
        Error(linkat(from, name, to, newName, 0));

    public static int Unlink(SafeFileHandle folder, string name) => Error(unlinkat(folder, name, 0));

    /// <summary>Makes the names of a folder durable.</summary>
    public static void Sync(SafeFileHandle folder) => Check(Error(fsync(folder)));

    public static void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException($"The file system refused (errno {error}).");
        }
    }

    private static int Error(int result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

#pragma warning disable IDE1006, CA5392 // The names are libc's; the loader resolves libc, which is mapped already.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(SafeFileHandle folder, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(SafeFileHandle folder, string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat(SafeFileHandle from, string path, SafeFileHandle to, string newPath);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(SafeFileHandle from, string path, SafeFileHandle to, string other, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameatx_np(SafeFileHandle from, string path, SafeFileHandle to, string other, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int linkat(SafeFileHandle from, string path, SafeFileHandle to, string newPath, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(SafeFileHandle folder, string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle folder);
#pragma warning restore IDE1006, CA5392
}
