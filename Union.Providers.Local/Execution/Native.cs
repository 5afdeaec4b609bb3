using System.Runtime.InteropServices;

namespace Union.Providers.Local.Execution;

/// <summary>The system calls that .NET has no name for. Numbers are the same on x64 and arm64.</summary>
internal static partial class Native
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    /// <summary>USER_HZ, in which /proc counts.</summary>
    public const int ClockTicks = 100;

    private const int PidfdSendSignal = 424;
    private const int PidfdOpen = 434;
    private const int CloseRange = 436;
    private const uint CloseRangeCloexec = 4;

    /// <summary>Descriptors that we were started with, a service manager's sockets for one, must not reach a task.</summary>
    public static void KeepDescriptorsFromChildren() => SystemCall(CloseRange, 3, uint.MaxValue, CloseRangeCloexec, 0);

    public static int OpenProcess(int pid) => (int)SystemCall(PidfdOpen, pid, 0, 0, 0);

    public static bool Signal(int pidfd, int signal) => SystemCall(PidfdSendSignal, pidfd, signal, 0, 0) == 0;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string path, int flags, int mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int folder, string path, int flags, uint mask, out FileStatus status);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    /// <summary>struct statx of the kernel's interface: 256 bytes, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;
    }
}
