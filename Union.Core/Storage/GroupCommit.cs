using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>
/// Lets calls that come together be committed together: while a group of a key is under way, the next one gathers. A call
/// that comes alone begins at once, so nobody waits for company. Nobody is answered before the group is done.
/// </summary>
/// <param name="work">Answers as many results as it was given items, in their order.</param>
/// <param name="atOnce">Groups of one key at once.</param>
/// <param name="maxWaiting">Calls of one key that may wait for their group; one more is refused.</param>
internal sealed class GroupCommit<TKey, TItem, TResult>(
    Func<TKey, IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> work, int atOnce, int maxGroup, int maxWaiting)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Line> _lines = [];

    /// <param name="cancellationToken">Takes the call back while it waits, and no longer once its group has begun.</param>
    /// <exception cref="UnionException"><c>database_busy</c>: too many wait.</exception>
    public Task<TResult> RunAsync(TKey key, TItem item, CancellationToken cancellationToken)
    {
        var call = new Call(item, cancellationToken);
        lock (_gate)
        {
            if (!_lines.TryGetValue(key, out var line))
            {
                _lines[key] = line = new Line();
            }

            if (line.Waiting.Count >= maxWaiting)
            {
                throw new UnionException(
                    ErrorCode.ResourceExhausted, "database_busy",
                    $"{maxWaiting} calls of this kind wait for the metadata database already.", "Make the call again later.");
            }

            line.Waiting.Enqueue(call);
            if (line.Running < atOnce)
            {
                line.Running++;
                // What flows with the call that happens to be first is not the others'.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(() => WorkAsync(key, line), CancellationToken.None);
                }
            }
        }

        return call.Result;
    }

    private async Task WorkAsync(TKey key, Line line)
    {
        while (Next(key, line) is { Count: > 0 } group)
        {
            try
            {
                var results = await work(key, group.ConvertAll(c => c.Item));
                for (var i = 0; i < group.Count; i++)
                {
                    group[i].Succeed(results[i]);
                }
            }
#pragma warning disable CA1031 // The border of the group: whatever failed it is every caller's answer, and the next group has its turn.
            catch (Exception e)
#pragma warning restore CA1031
            {
                group.ForEach(c => c.Fail(e));
            }
        }
    }

    private List<Call> Next(TKey key, Line line)
    {
        var group = new List<Call>();
        lock (_gate)
        {
            while (group.Count < maxGroup && line.Waiting.TryDequeue(out var call))
            {
                if (!call.IsTakenBack())
                {
                    group.Add(call);
                }
            }

            if (group.Count == 0 && --line.Running == 0)
            {
                _lines.Remove(key);
            }
        }

        return group;
    }

    private sealed class Line
    {
        public Queue<Call> Waiting { get; } = [];

        public int Running { get; set; }
    }

    private sealed class Call(TItem item, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TItem Item => item;

        public Task<TResult> Result => _result.Task;

        public bool IsTakenBack() => cancellationToken.IsCancellationRequested && _result.TrySetCanceled(cancellationToken);

        public void Succeed(TResult result) => _result.TrySetResult(result);

        public void Fail(Exception exception) => _result.TrySetException(exception);
    }
}
