using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Private parts that were read lately, in the cluster's own memory: every look at an action asks for the same ones, and
/// an object store takes milliseconds and money for each. A part never changes under its digest; one that its owner
/// deletes is given out for a minute at most.
/// </summary>
internal sealed class RecentParts(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>Enough for thousands of usual parts, which have a kilobyte or two.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>A larger part is worth a read of its own.</summary>
    private const int MaxPart = 64 << 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<(ProjectScope Scope, string Digest), (byte[] Content, long ReadAt)> _parts = [];
    private long _bytes;

    public byte[]? Find((ProjectScope Scope, string Digest) key)
    {
        lock (_gate)
        {
            if (!_parts.TryGetValue(key, out var found))
            {
                return null;
            }

            if (time.GetElapsedTime(found.ReadAt) < Lifetime)
            {
                return found.Content;
            }

            _parts.Remove(key);
            _bytes -= found.Content.Length;
            return null;
        }
    }

    public void Keep((ProjectScope Scope, string Digest) key, byte[] content)
    {
        if (content.Length > MaxPart)
        {
            return;
        }

        lock (_gate)
        {
            // All at once: who is in use comes back with its next reader, and there is no order to keep.
            if (_bytes + content.Length > MaxBytes)
            {
                _parts.Clear();
                _bytes = 0;
            }

            if (_parts.TryAdd(key, (content, time.GetTimestamp())))
            {
                _bytes += content.Length;
            }
        }
    }
}
