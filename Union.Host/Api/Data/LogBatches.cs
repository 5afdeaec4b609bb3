namespace Union.Host.Api.Data;

/// <summary>
/// Gathers what is there already and waits for nothing: a burst travels in few messages, a single line at once.
/// </summary>
internal static class LogBatches
{
    public const int MaxItems = 200;

    public static async Task WriteBatchesAsync<T>(
        this IAsyncEnumerable<T> items, Func<IReadOnlyList<T>, Task> write, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = items.GetAsyncEnumerator(ending.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            var batch = new List<T>();
            while (true)
            {
                if (batch.Count == MaxItems || (batch.Count > 0 && !next.IsCompleted))
                {
                    await write(batch);
                    batch = [];
                }

                if (!await next)
                {
                    break;
                }

                batch.Add(source.Current);
                next = source.MoveNextAsync().AsTask();
            }

            if (batch.Count > 0)
            {
                await write(batch);
            }
        }
        finally
        {
            // A source may not be disposed while a step of it is under way.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync();
        }
    }
}
