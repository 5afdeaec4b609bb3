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
    private readonly Dictionary<(object State, Type Message), Shared> _underWay = [];

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
        var key = (state, typeof(TMessage));
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

    private Shared Enter((object State, Type Message) key, Func<Task<EncodedAnswer>> makeAsync)
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

    private void Leave((object State, Type Message) key, Shared shared)
    {
        lock (_gate)
        {
            if (--shared.Senders == 0)
            {
                _underWay.Remove(key);
            }
        }
    }

    private sealed class Shared(Lazy<Task<EncodedAnswer>> answer)
    {
        public Lazy<Task<EncodedAnswer>> Answer { get; } = answer;

        public int Senders { get; set; }
    }
}
