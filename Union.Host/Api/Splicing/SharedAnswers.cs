using System.Runtime.CompilerServices;

namespace Union.Host.Api.Splicing;

/// <summary>An encoded message with the customer's part, or without it when the cluster is away.</summary>
internal sealed record EncodedAnswer(byte[] Bytes, bool IsPartial);

/// <summary>
/// One encoded message for all who are told of the same state at the same moment, as the watchers of an action are. It
/// holds the customer's bytes, so it is gone as soon as nobody sends it any more.
/// </summary>
internal sealed class SharedAnswers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Shared> _underWay = [];

    /// <summary>How many are being sent.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _underWay.Count;
            }
        }
    }

    /// <summary>Sends the answer that shows a state; it is made once for all who send it meanwhile.</summary>
    public async Task SendAsync<TMessage>(
        object state, Func<Task<EncodedAnswer>> makeAsync, Func<EncodedAnswer, Task> sendAsync,
        CancellationToken cancellationToken)
    {
        var key = new Key(state, typeof(TMessage));
        var shared = Enter(key, makeAsync);
        try
        {
            // Whoever leaves leaves alone: the making is the others' too, and has a deadline of its own.
            await sendAsync(await shared.Answer.Value.WaitAsync(cancellationToken));
        }
        finally
        {
            Leave(key, shared);
        }
    }

    /// <summary>The answer that shows a state; it is made once for all who ask meanwhile.</summary>
    public async Task<EncodedAnswer> GetAsync<TMessage>(
        object state, Func<Task<EncodedAnswer>> makeAsync, CancellationToken cancellationToken)
    {
        var key = new Key(state, typeof(TMessage));
        var shared = Enter(key, makeAsync);
        try
        {
            return await shared.Answer.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, shared);
        }
    }

    private Shared Enter(Key key, Func<Task<EncodedAnswer>> makeAsync)
    {
        lock (_gate)
        {
            if (!_underWay.TryGetValue(key, out var shared))
            {
                shared = new Shared(new Lazy<Task<EncodedAnswer>>(makeAsync));
                _underWay[key] = shared;
            }

            shared.Senders++;
            return shared;
        }
    }

    private void Leave(Key key, Shared shared)
    {
        lock (_gate)
        {
            if (--shared.Senders == 0)
            {
                _underWay.Remove(key);
            }
        }
    }

    /// <summary>The same state is the same object: comparing what two of them hold costs more than an answer.</summary>
    private readonly struct Key(object state, Type message) : IEquatable<Key>
    {
        private readonly object _state = state;
        private readonly Type _message = message;

        public bool Equals(Key other) => ReferenceEquals(_state, other._state) && _message == other._message;

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(_state), _message);
    }

    private sealed class Shared(Lazy<Task<EncodedAnswer>> answer)
    {
        public Lazy<Task<EncodedAnswer>> Answer { get; } = answer;

        public int Senders { get; set; }
    }
}
