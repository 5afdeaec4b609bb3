using System.Collections.Concurrent;
using Union.Core.ComputePlane.Execution;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// The attempts that wait for children of theirs, by what they ask of this cluster: their places are lent to those.
/// </summary>
public sealed class WaitingAttempts
{
    private readonly ConcurrentDictionary<AttemptKey, int> _waits = new();

    /// <summary>Called when an attempt begins or ceases to wait.</summary>
    public event Action? Changed;

    public bool Contains(AttemptKey key) => _waits.ContainsKey(key);

    /// <summary>For one call of an attempt, which may have several; it does not wait yet.</summary>
    public Wait Open(AttemptKey key) => new(this, key);

    private void Enter(AttemptKey key)
    {
        if (_waits.AddOrUpdate(key, 1, (_, count) => count + 1) == 1)
        {
            Changed?.Invoke();
        }
    }

    private void Leave(AttemptKey key)
    {
        // The last one takes the key with it, unless another wait began meanwhile.
        if (_waits.AddOrUpdate(key, 0, (_, count) => count - 1) == 0 && _waits.TryRemove(KeyValuePair.Create(key, 0)))
        {
            Changed?.Invoke();
        }
    }

    /// <summary>What one call says of its attempt; not for two threads at once.</summary>
    public sealed class Wait(WaitingAttempts owner, AttemptKey key) : IDisposable
    {
        private bool _waits;

        public void Set(bool waits)
        {
            if (waits != _waits)
            {
                _waits = waits;
                (waits ? (Action<AttemptKey>)owner.Enter : owner.Leave)(key);
            }
        }

        public void Dispose() => Set(false);
    }
}
