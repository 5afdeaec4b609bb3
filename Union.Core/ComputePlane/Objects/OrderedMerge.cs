namespace Union.Core.ComputePlane.Objects;

internal static class OrderedMerge
{
    /// <summary>The objects of several ordered listings in the order of their keys.</summary>
    public static async IAsyncEnumerable<StoredObject> OfAsync(IReadOnlyList<IAsyncEnumerable<StoredObject>> listings)
    {
        var open = new List<IAsyncEnumerator<StoredObject>>();
        try
        {
            foreach (var listing in listings)
            {
                var next = listing.GetAsyncEnumerator();
                open.Add(next);
                if (!await next.MoveNextAsync())
                {
                    open.Remove(next);
                    await next.DisposeAsync();
                }
            }

            while (open.Count > 0)
            {
                var least = open.MinBy(listing => listing.Current.Key)!;
                yield return least.Current;
                if (!await least.MoveNextAsync())
                {
                    open.Remove(least);
                    await least.DisposeAsync();
                }
            }
        }
        finally
        {
            foreach (var listing in open)
            {
                await listing.DisposeAsync();
            }
        }
    }
}
