namespace Union.Core.ControlPlane.Listing;

/// <summary>Which part of a list is asked for: what a row must meet, which end comes first, and where to go on.</summary>
/// <param name="Limit">At most so many rows.</param>
/// <param name="NewestFirst">Every list is in the order of creation, this way or the other.</param>
/// <param name="After">Where the page before ended; null for the first.</param>
public sealed record ListQuery(int Limit, IReadOnlyList<Filter> Filters, bool NewestFirst, Position? After)
{
    /// <summary>The first page of everything, newest first.</summary>
    public static ListQuery First(int limit) => new(limit, [], NewestFirst: true, null);
}

/// <summary>A place in a list, which stays the same place while rows are added.</summary>
/// <param name="At">Microseconds since 1970 UTC.</param>
/// <param name="Id">Tells rows of one instant apart.</param>
public sealed record Position(long At, long Id)
{
    internal static Position Start(bool newestFirst) => newestFirst ? new(long.MaxValue, long.MaxValue) : new(long.MinValue, 0);
}

/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record Page<TRow>(IReadOnlyList<TRow> Rows, Position? Next);
