using Union.Core.ControlPlane.Listing;

namespace Union.Core.Tests.ControlPlane.Listing;

public sealed class ScanTests
{
    private static readonly Filter Any = new(FilterFunction.Exists, "id", []);

    [Fact]
    public async Task ReadAsync_EveryPage_HasEachRowOnce()
    {
        var found = new List<long>();
        var pages = 0;
        Position? after = null;
        do
        {
            var page = await ReadAsync(new ListQuery(10, [], NewestFirst: false, after), rows: 30, _ => true);
            found.AddRange(page.Rows);
            after = page.Next;
            pages++;
        }
        while (after is not null);

        // Three full pages and no empty fourth one: the row after a page is looked for.
        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), found);
    }

    [Fact]
    public async Task ReadAsync_FewRowsMeet_GoesOnWhereItStopped()
    {
        var first = await ReadAsync(new ListQuery(2, [Any], NewestFirst: false, null), rows: 2000, id => id % 700 == 0);
        var second = await ReadAsync(new ListQuery(2, [Any], NewestFirst: false, first.Next), rows: 2000, id => id % 700 == 0);

        Assert.Equal([700, 1400], first.Rows);
        Assert.Empty(second.Rows);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task ReadAsync_NoRowMeetsInALongList_EndsWithAPlaceToGoOn()
    {
        var looked = 0;
        var page = await ReadAsync(
            new ListQuery(10, [Any], NewestFirst: false, null), rows: 1_000_000, _ => ++looked < 0);

        Assert.Empty(page.Rows);
        Assert.Equal(10_000, looked);
        Assert.Equal(10_000, page.Next!.Id);
    }

    private static Task<Page<long>> ReadAsync(ListQuery query, int rows, Predicate<long> meets) => Scan.ReadAsync(
        query, meets, id => new Position(0, id),
        (after, limit) => Task.FromResult<IReadOnlyList<long>>(
            [.. Enumerable.Range((int)after.Id + 1, Math.Min(limit, rows - (int)after.Id)).Select(i => (long)i)]));
}
