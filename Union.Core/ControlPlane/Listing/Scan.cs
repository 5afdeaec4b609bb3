namespace Union.Core.ControlPlane.Listing;

/// <summary>
/// A page of a list. The statement narrows by what has an index and gives rows in order; whatever else was asked for is
/// looked at row by row. A page looks at a bounded number of rows, so one that few rows meet may be short and still have
/// a next one.
/// </summary>
internal static class Scan
{
    private const int Batch = 500;
    private const int MaxLooked = 10_000;

    public delegate Task<IReadOnlyList<TRow>> Reader<TRow>(Position after, int limit);

    public static async Task<Page<TRow>> ReadAsync<TRow>(
        ListQuery query, Predicate<TRow> meets, Func<TRow, Position> positionOf, Reader<TRow> read)
    {
        var found = new List<TRow>(Math.Min(query.Limit, Batch));
        var after = query.After ?? Position.Start(query.NewestFirst);
        for (var looked = 0; looked < MaxLooked;)
        {
            // One more than is wanted tells whether there is a next page.
            var asked = query.Filters.Count == 0 ? query.Limit - found.Count + 1 : Batch;
            var rows = await read(after, asked);
            for (var i = 0; i < rows.Count; i++)
            {
                if (found.Count == query.Limit)
                {
                    return new Page<TRow>(found, after);
                }

                after = positionOf(rows[i]);
                if (meets(rows[i]))
                {
                    found.Add(rows[i]);
                }
            }

            if (rows.Count < asked)
            {
                return new Page<TRow>(found, null);
            }

            looked += rows.Count;
        }

        return new Page<TRow>(found, after);
    }
}
