namespace Union.Core.ComputePlane.Policy;

/// <summary>
/// Ids of assertions that were used, kept until they have expired. When it is full the call is refused: forgetting one
/// would let it be used again.
/// </summary>
internal sealed class SeenAssertions(int capacity)
{
    private readonly Dictionary<string, long> _expiryById = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _byExpiry = new();
    private readonly Lock _gate = new();

    public SeenResult Add(string id, long expires, long now)
    {
        lock (_gate)
        {
            while (_byExpiry.TryPeek(out var oldest, out var end) && end < now)
            {
                _byExpiry.Dequeue();
                _expiryById.Remove(oldest);
            }

            if (_expiryById.ContainsKey(id))
            {
                return SeenResult.Repeated;
            }

            if (_expiryById.Count >= capacity)
            {
                return SeenResult.Full;
            }

            _expiryById.Add(id, expires);
            _byExpiry.Enqueue(id, expires);
            return SeenResult.New;
        }
    }
}

internal enum SeenResult
{
    New,
    Repeated,
    Full,
}
