using Microsoft.Data.Sqlite;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>A database file that cannot grow. SQLite has then taken the whole transaction back.</summary>
internal static class FullDisk
{
    public const string Reason = "disk_full";

    private const int Full = 13; // SQLITE_FULL
    private const int SharedMemoryTooSmall = 4874; // SQLITE_IOERR_SHMSIZE

    public static bool Is(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: Full } or SqliteException { SqliteExtendedErrorCode: SharedMemoryTooSmall };

    /// <summary>What a caller is told; anything else is left as it is.</summary>
    public static Exception Explain(Exception exception) => Is(exception)
        ? new UnionException(
            ErrorCode.ResourceExhausted, Reason, "The disk of the data folder is full; nothing of this was stored.",
            "Make room on it and repeat the call; what was acknowledged before is kept.", exception)
        : exception;
}
