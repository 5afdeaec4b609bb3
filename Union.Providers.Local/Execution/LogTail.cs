using Microsoft.Win32.SafeHandles;
using Union.Core.ComputePlane.Logs;

namespace Union.Providers.Local.Execution;

/// <summary>The part of one output file that was not read yet, line by line.</summary>
internal sealed class LogTail(string path, LogOrigin origin) : IDisposable
{
    // One piece longer than a line may be, so that a secret across the place of a cut is seen whole.
    private byte[] _buffer = [];
    private SafeFileHandle? _file;
    private int _start;
    private int _count;

    public LogOrigin Origin => origin;

    /// <summary>Bytes of the file that were taken.</summary>
    public long Offset { get; set; }

    public bool TryTake(SecretMask mask, bool isLast, out string text)
    {
        var pending = _buffer.AsSpan(_start, _count);
        var end = pending.IndexOf((byte)'\n');
        if (end < 0)
        {
            Fill();
            pending = _buffer.AsSpan(_start, _count);
            end = pending.IndexOf((byte)'\n');
        }

        text = "";
        if (end >= 0 && end <= LogFollower.MaxLineBytes)
        {
            text = mask.Apply(pending[..end].TrimEnd((byte)'\r'));
            Advance(end + 1);
            return true;
        }

        if (pending.Length > LogFollower.MaxLineBytes)
        {
            var cut = FindCut(mask, pending);
            text = mask.Apply(pending[..cut]);
            Advance(cut);
            return true;
        }

        if (!isLast || pending.IsEmpty)
        {
            return false;
        }

        text = mask.Apply(pending);
        Advance(pending.Length);
        return true;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        (_buffer, _start, _count) = ([], 0, 0);
    }

    // Not within a character, and not within a secret.
    private static int FindCut(SecretMask mask, ReadOnlySpan<byte> pending)
    {
        var cut = LogFollower.MaxLineBytes;
        while (cut > LogFollower.MaxLineBytes - 4 && (pending[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        foreach (var range in mask.Find(pending))
        {
            if (range.Start.Value < cut && range.End.Value > cut)
            {
                return range.Start.Value > 0 ? range.Start.Value : Math.Min(range.End.Value, pending.Length);
            }
        }

        return cut;
    }

    private void Advance(int count)
    {
        _start += count;
        _count -= count;
        Offset += count;
    }

    private void Fill()
    {
        if (_file is null)
        {
            if (!File.Exists(path))
            {
                return;
            }

            _buffer = new byte[LogFollower.MaxLineBytes + SecretMask.MaxPiece];
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }

        _buffer.AsSpan(_start, _count).CopyTo(_buffer);
        _start = 0;
        while (_count < _buffer.Length
            && RandomAccess.Read(_file, _buffer.AsSpan(_count), Offset + _count) is > 0 and var read)
        {
            _count += read;
        }
    }
}
