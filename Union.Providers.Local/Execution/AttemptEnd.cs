using System.Globalization;
using System.Text;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>Why we ended an attempt; the words stand in its folder.</summary>
internal enum EndCause
{
    Aborted,
    TimedOut,
    LeaseLost,
    OutOfMemory,
}

/// <summary>Reads from an attempt's folder how it ended.</summary>
internal sealed class AttemptEnd(AttemptFolder folder, AttemptRecord record, SecretMask mask)
{
    /// <summary>The code of a process that ended by itself and says that it failed.</summary>
    public const string ExitCodeReason = "exit_code";

    private const int TailBytes = 4 << 10;
    private const int TailLines = 20;
    private const int CommandMissing = 127;
    private const int CommandRefused = 126;
    private const int TimeoutExit = 124;
    private const int KilledExit = 137;
    private const string BubblewrapFailed = "bwrap: ";
    private const string BubblewrapExecFailed = "bwrap: execvp ";

    private EndCause? _cause;

    public int? ExitCode => int.TryParse(
        AttemptFolder.ReadLine(folder.Exit), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    private EndCause? Cause => _cause
        ?? (Enum.TryParse<EndCause>(AttemptFolder.ReadLine(folder.End), out var cause) ? cause : null);

    /// <summary>The first cause stays: what follows it is its consequence.</summary>
    public void Write(EndCause cause)
    {
        if (Cause is null && !File.Exists(folder.Exit))
        {
            _cause = cause;
            try
            {
                AttemptFolder.WriteWhole(folder.End, Encoding.ASCII.GetBytes($"{cause}\n"));
            }
            catch (IOException)
            {
                // With a full disk it is known until a restart, and the task is ended all the same.
            }
        }
    }

    /// <summary>The kernel ended the task for want of memory; one that ended well all the same has ended well.</summary>
    public void FoundOutOfMemory()
    {
        if (Cause is null && ExitCode is not 0)
        {
            _cause = EndCause.OutOfMemory;
        }
    }

    /// <summary>When it ended, for one that ended while we were away; a lost one ends when that is seen.</summary>
    public DateTimeOffset? ExitedAt => File.Exists(folder.Exit) ? File.GetLastWriteTimeUtc(folder.Exit) : null;

    /// <summary>Null for a command that succeeded; its outputs may still be wrong.</summary>
    public TaskFailure? Read(TimeSpan elapsed)
    {
        var timeout = TimeSpan.FromMilliseconds(record.TimeoutMilliseconds);
        return (Cause, ExitCode) switch
        {
            (EndCause.Aborted, _) => Ended(AttemptOutcome.Aborted, "aborted", ErrorKind.User, false, "The attempt was aborted."),
            (EndCause.LeaseLost, _) => Ended(
                AttemptOutcome.Aborted, "lease_lost", ErrorKind.System, true, "Another assignment took this attempt's place."),
            (EndCause.OutOfMemory, _) => Failed(
                "out_of_memory", $"The task used more than its memory limit of {record.MemoryBytes} bytes."),
            (EndCause.TimedOut, _) => TimedOut(timeout),
            (_, null) => Ended(
                AttemptOutcome.Failed, "lost", ErrorKind.System, true,
                "The task's supervisor vanished without a result, as when the machine restarts."),
            (_, TimeoutExit or KilledExit) when elapsed >= timeout => TimedOut(timeout),
            (_, 0) => null,
            var (_, code) => Exited(code.Value),
        };
    }

    private static TaskFailure? TimedOut(TimeSpan timeout) => Ended(
        AttemptOutcome.TimedOut, "timed_out", ErrorKind.User, true,
        string.Create(CultureInfo.InvariantCulture, $"The task ran longer than its time limit of {timeout.TotalSeconds} s."));

    private static TaskFailure? Failed(string code, string message, bool recoverable = true) =>
        Ended(AttemptOutcome.Failed, code, ErrorKind.User, recoverable, message);

    private static TaskFailure? Ended(
        AttemptOutcome outcome, string code, ErrorKind kind, bool recoverable, string message) =>
        new(outcome, new AttemptError(code, kind, message, recoverable));

    private TaskFailure? Exited(int code)
    {
        var tail = ReadErrorTail();
        var text = tail.Length == 0 ? $"exit code {code}" : $"exit code {code}\n{tail}";

        // Bubblewrap notes an exit code only of a command that it could start.
        if (record.Sandboxed && !WasStarted())
        {
            return tail.StartsWith(BubblewrapExecFailed, StringComparison.Ordinal)
                ? NotFound(tail)
                : tail.StartsWith(BubblewrapFailed, StringComparison.Ordinal)
                    ? Ended(AttemptOutcome.Failed, "sandbox_failed", ErrorKind.System, true, text)
                    : Failed(ExitCodeReason, text);
        }

        return code is CommandMissing or CommandRefused ? NotFound(text) : Failed(ExitCodeReason, text);
    }

    private TaskFailure? NotFound(string text) => Failed(
        "command_not_found", $"The command '{record.Command}', or one that it calls, cannot be run.\n{text}", recoverable: false);

    private bool WasStarted() =>
        File.Exists(folder.Status) && File.ReadAllText(folder.Status).Contains("\"exit-code\"", StringComparison.Ordinal);

    // Twice the bytes are read: the masked text is shorter, and the beginning of what is read does not count.
    public string ReadErrorTail()
    {
        if (!File.Exists(folder.Stderr))
        {
            return "";
        }

        using var file = File.OpenHandle(folder.Stderr, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[2 * TailBytes];
        var start = Math.Max(0, RandomAccess.GetLength(file) - bytes.Length);
        var read = bytes.AsSpan(0, RandomAccess.Read(file, bytes, start));
        var masked = start == 0 ? mask.Apply(read) : mask.ApplyToEnd(read);
        var text = string.Join('\n', masked.TrimEnd().Split('\n').TakeLast(TailLines));
        return text.Length > TailBytes ? text[^TailBytes..] : text;
    }
}
