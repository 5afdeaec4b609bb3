using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class ResilientObjectStoreTests : IDisposable
{
    private static readonly ObjectKey Key = ObjectKey.Parse("a");

    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly FailingObjectStore _failing;
    private readonly ResilientObjectStore _store;

    public ResilientObjectStoreTests()
    {
        _failing = new FailingObjectStore(new InMemoryObjectStore(_time));
        _store = new ResilientObjectStore(_failing, _time);
    }

    public void Dispose() => _store.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ObjectStoreError.Throttled, PutMode.CreateOnly)]
    [InlineData(ObjectStoreError.Throttled, PutMode.Replace)]
    [InlineData(ObjectStoreError.Unavailable, PutMode.Replace)]
    public async Task Put_ThatFailedForAMoment_IsMadeAgainFromTheStart(ObjectStoreError error, PutMode mode)
    {
        _failing.Fail(error, times: 2);

        await AdvanceUntilDoneAsync(_store.PutAsync(Key, new MemoryStream("hello"u8.ToArray()), mode, Cancel));

        Assert.Equal(5, (await _store.HeadAsync(Key, Cancel))!.Length);
        Assert.Equal(3, _failing.Puts);
    }

    // The first may have been done although its answer was lost.
    [Fact]
    public async Task PutCreateOnly_WhoseAnswerWasLost_IsNotMadeAgain()
    {
        _failing.Fail(ObjectStoreError.Unavailable, times: 1);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _store.PutAsync(Key, new MemoryStream([1]), PutMode.CreateOnly, Cancel));

        Assert.Equal(ObjectStoreError.Unavailable, thrown.Error);
        Assert.Equal(1, _failing.Puts);
    }

    [Theory]
    [InlineData(ObjectStoreError.Denied, 1)]
    [InlineData(ObjectStoreError.Unavailable, 4)]
    public async Task Head_OfAStoreThatKeepsFailing_FailsWithItsError(ObjectStoreError error, int calls)
    {
        _failing.Fail(error, times: 10);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => AdvanceUntilDoneAsync(_store.HeadAsync(Key, Cancel)));

        Assert.Equal(error, thrown.Error);
        Assert.Equal(calls, _failing.Heads);
    }

    [Fact]
    public async Task Head_OfAStoreThatHangs_EndsAsUnavailable()
    {
        _failing.Hang();

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => AdvanceUntilDoneAsync(_store.HeadAsync(Key, Cancel)));

        Assert.Equal(ObjectStoreError.Unavailable, thrown.Error);
    }

    [Fact]
    public async Task Presign_ThatFailedForAMoment_IsMadeAgain()
    {
        _failing.Fail(ObjectStoreError.Throttled, times: 1);

        var grant = new PresignGrant(PresignVerb.Get, Key, TimeSpan.FromMinutes(1));
        var signing = _store.PresignAsync(grant, Cancel).AsTask();
        await AdvanceUntilDoneAsync(signing);

        Assert.Equal("GET", (await signing).Method);
    }

    // The pauses are on the fake clock; it moves whenever the call waits for it.
    private async Task AdvanceUntilDoneAsync(Task call)
    {
        for (var steps = 0; !call.IsCompleted && steps < 10_000; steps++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await call;
    }
}
