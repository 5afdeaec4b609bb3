using System.Collections.Concurrent;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Host.Forwarding;

/// <summary>
/// How many calls one caller may have open. Each stalled one holds a window of memory in this process, and nothing else
/// bounds their sum.
/// </summary>
internal sealed class StreamCap
{
    public const int PerCaller = 64;

    private readonly ConcurrentDictionary<(string Org, string Subject), int> _open = new();

    /// <summary>Calls of all callers.</summary>
    public int Open => _open.Values.Sum();

    /// <exception cref="UnionException"><c>too_many_calls</c>.</exception>
    public IDisposable Enter(Principal caller)
    {
        var key = (caller.Org, caller.Subject);
        if (_open.AddOrUpdate(key, 1, (_, count) => count + 1) > PerCaller)
        {
            Leave(key);
            throw new UnionException(
                ErrorCode.ResourceExhausted, "too_many_calls", $"More than {PerCaller} calls to clusters are open.",
                "Close streams that nobody reads.");
        }

        return new Place(this, key);
    }

    private void Leave((string, string) key)
    {
        if (_open.AddOrUpdate(key, 0, (_, count) => count - 1) == 0)
        {
            _open.TryRemove(KeyValuePair.Create(key, 0));
        }
    }

    private sealed class Place(StreamCap cap, (string, string) key) : IDisposable
    {
        public void Dispose() => cap.Leave(key);
    }
}
