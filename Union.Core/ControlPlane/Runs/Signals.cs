using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Wakes those who wait for a key. A wake-up says only "look again", so several may fall into one and none may be lost:
/// subscribe first, read the state second, wait third. Memory is held for living subscriptions only.
/// </summary>
public sealed class Signals<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, ConcurrentDictionary<Subscription, byte>> _waiting = new();

    public Subscription Subscribe(TKey key)
    {
        var subscription = new Subscription(this, key);
        lock (_waiting)
        {
            _waiting.GetOrAdd(key, static _ => new())[subscription] = 0;
        }

        return subscription;
    }

    public void Publish(TKey key)
    {
        if (_waiting.TryGetValue(key, out var subscriptions))
        {
            foreach (var (subscription, _) in subscriptions)
            {
                subscription.Wake();
            }
        }
    }

    private void Remove(Subscription subscription, TKey key)
    {
        lock (_waiting)
        {
            if (_waiting.TryGetValue(key, out var subscriptions) && subscriptions.TryRemove(subscription, out _)
                && subscriptions.IsEmpty)
            {
                _waiting.TryRemove(key, out _);
            }
        }
    }

    public sealed class Subscription(Signals<TKey> owner, TKey key) : IDisposable
    {
        private readonly Channel<bool> _wakeUps = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        /// <summary>Returns at the next wake-up, at one that came since the last call, or after <paramref name="atMost"/>.</summary>
        public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
        {
            try
            {
                using var timeout = new CancellationTokenSource(atMost, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                await _wakeUps.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The safety net: whoever waited looks again.
            }
        }

        public void Dispose() => owner.Remove(this, key);

        internal void Wake() => _wakeUps.Writer.TryWrite(true);
    }
}
