using Union.Core.ComputePlane.Logs;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Turns the two output files of an attempt into one log: cuts lines, stamps and masks them, and appends them to
/// <c>log.jsonl</c>, where a line counts as kept. Every record says how far its stream was read, so a follower after a
/// restart goes on exactly there.
/// </summary>
internal sealed class LogFollower : IAsyncDisposable
{
    public const int MaxLineBytes = 64 << 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly AttemptFolder _folder;
    private readonly SecretMask _mask;
    private readonly TimeProvider _time;
    private readonly long _maxBytes;
    private readonly LogTail _stdout;
    private readonly LogTail _stderr;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = NewSignal();
    private FileStream? _log;
    private Task _loop = Task.CompletedTask;
    private bool _full;
    private bool _disposed;

    public LogFollower(AttemptFolder folder, SecretMask mask, TimeProvider time, long maxBytes)
    {
        _folder = folder;
        _mask = mask;
        _time = time;
        _maxBytes = maxBytes;
        _stdout = new LogTail(folder.Stdout, LogOrigin.Stdout);
        _stderr = new LogTail(folder.Stderr, LogOrigin.Stderr);
    }

    public long FirstMicros { get; private set; }

    /// <summary>Bytes of the log that hold whole records.</summary>
    public long Length { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>Completes at the next change of <see cref="Length"/> or <see cref="IsComplete"/>; take it, then look.</summary>
    public Task Changed => _changed.Task;

    public void Start()
    {
        Resume();
        _loop = FollowAsync(_stop.Token);
    }

    /// <summary>Reads to the end, the last line without its break included; to be called when nothing writes any more.</summary>
    public async Task CompleteAsync()
    {
        await StopAsync();
        ReadOnce(isLast: true);
        IsComplete = true;
        Signal();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await StopAsync();
        lock (_gate)
        {
            _log?.Dispose();
            _log = null;
            _stdout.Dispose();
            _stderr.Dispose();
        }

        _stop.Dispose();
        Signal();
    }

    internal void ReadOnce(bool isLast)
    {
        lock (_gate)
        {
            var batch = new MemoryStream();
            var now = LogRecord.MicrosOf(_time.GetUtcNow());
            foreach (var tail in new[] { _stdout, _stderr })
            {
                while (!_full && tail.TryTake(_mask, isLast, out var text))
                {
                    Append(batch, new LogRecord(now, tail.Origin, text, tail.Offset));
                }
            }

            if (batch.Length == 0)
            {
                return;
            }

            FirstMicros = FirstMicros == 0 ? now : FirstMicros;
            try
            {
                _log ??= new FileStream(_folder.Log, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
                _log.Write(batch.GetBuffer(), 0, (int)batch.Length);
                Length += batch.Length;
            }
            catch (IOException)
            {
                // A full disk ends the log, not the task; readers never see what is behind the length.
                _full = true;
            }
        }

        Signal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Append(MemoryStream batch, LogRecord record)
    {
        var bytes = record.ToUtf8();
        if (Length + batch.Length + bytes.Length > _maxBytes)
        {
            _full = true;
            bytes = new LogRecord(
                record.Micros, LogOrigin.System, $"Further lines are dropped: the log has reached {_maxBytes} bytes.", 0)
                .ToUtf8();
        }

        batch.Write(bytes);
        batch.WriteByte((byte)'\n');
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                ReadOnce(isLast: false);
            }
        }
        catch (OperationCanceledException)
        {
            // The attempt ended, or we do; the one that stops us reads the rest.
        }
    }

    private void Resume()
    {
        if (!File.Exists(_folder.Log))
        {
            return;
        }

        _log = new FileStream(_folder.Log, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        foreach (var (record, end) in LogFile.Read(_folder.Log, 0, _log.Length))
        {
            Length = end;
            FirstMicros = FirstMicros == 0 ? record.Micros : FirstMicros;
            _full |= record.Origin == LogOrigin.System;
            if (record.Origin != LogOrigin.System)
            {
                (record.Origin == LogOrigin.Stdout ? _stdout : _stderr).Offset = record.End;
            }
        }

        // A writer that was killed may have left a part of a record behind.
        _log.SetLength(Length);
        _log.Seek(0, SeekOrigin.End);
    }
}
