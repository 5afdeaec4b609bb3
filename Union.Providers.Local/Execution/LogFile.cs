using Union.Core.ComputePlane.Logs;

namespace Union.Providers.Local.Execution;

/// <summary>Reads whole records of a <c>log.jsonl</c>, each with the position behind it.</summary>
internal static class LogFile
{
    public static IEnumerable<(LogRecord Record, long End)> Read(string path, long from, long to)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[LogRecord.MaxBytes];
        var count = 0;
        while (true)
        {
            var wanted = (int)Math.Min(buffer.Length - count, to - from - count);
            var read = wanted > 0 ? RandomAccess.Read(file, buffer.AsSpan(count, wanted), from + count) : 0;
            count += read;
            var start = 0;
            while (buffer.AsSpan(start, count - start).IndexOf((byte)'\n') is >= 0 and var end)
            {
                var record = LogRecord.Parse(buffer.AsSpan(start, end));
                start += end + 1;
                if (record is not null)
                {
                    yield return (record, from + start);
                }
            }

            if (read == 0)
            {
                yield break;
            }

            buffer.AsSpan(start, count - start).CopyTo(buffer);
            count -= start;
            from += start;
        }
    }
}
