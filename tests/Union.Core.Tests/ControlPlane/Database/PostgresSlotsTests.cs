using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.Tests.ControlPlane.Database;

/// <summary>More callers than connections: they wait in their order, for a bounded time, and are told why.</summary>
public sealed class PostgresSlotsTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_AllInUse_IsServedInTheOrderOfCalls()
    {
        using var slots = new PostgresSlots(1, _time);
        var holder = await slots.TakeAsync(Cancel);
        var first = slots.TakeAsync(Cancel).AsTask();
        var second = slots.TakeAsync(Cancel).AsTask();

        holder.Dispose();
        var served = await first;

        Assert.False(second.IsCompleted);
        served.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Take_NoneComesFree_IsRefusedInTime()
    {
        using var slots = new PostgresSlots(1, _time);
        using var holder = await slots.TakeAsync(Cancel);
        var waiting = slots.TakeAsync(Cancel).AsTask();

        _time.Advance(PostgresSlots.MaxWait);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => waiting);
        Assert.Equal((ErrorCode.ResourceExhausted, "database_busy"), (thrown.Code, thrown.Reason));
        Assert.Contains("poolSize", thrown.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_CallerLeaves_GivesItsTurnToTheNext()
    {
        using var slots = new PostgresSlots(1, _time);
        var holder = await slots.TakeAsync(Cancel);
        using var leaves = new CancellationTokenSource();
        var first = slots.TakeAsync(leaves.Token).AsTask();
        var second = slots.TakeAsync(Cancel).AsTask();

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        holder.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task Take_TooManyWait_RefusesTheNextAtOnce()
    {
        using var slots = new PostgresSlots(1, _time);
        using var leave = new CancellationTokenSource();
        using var holder = await slots.TakeAsync(Cancel);
        var waiting = Enumerable.Range(0, 100).Select(_ => slots.TakeAsync(leave.Token).AsTask()).ToArray();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => slots.TakeAsync(Cancel).AsTask());

        Assert.Equal("database_busy", thrown.Reason);
        await leave.CancelAsync();
        foreach (var caller in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        }
    }
}
