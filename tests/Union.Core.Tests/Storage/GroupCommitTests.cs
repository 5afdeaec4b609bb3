using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.Tests.Storage;

public sealed class GroupCommitTests
{
    /// <summary>A group that never begins or ends must fail its test, not hang it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WhileAGroupIsUnderWay_GathersTheNext()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        var first = commits.RunAsync("k", 1, Cancel);
        await work.BegunAsync(1);
        Task<int>[] others = [commits.RunAsync("k", 2, Cancel), commits.RunAsync("k", 3, Cancel)];

        work.Release();
        await work.BegunAsync(2);
        work.Release();

        Assert.Equal("10 20 30", await AllAsync([first, .. others]));
        Assert.Equal(["1", "2 3"], work.Groups);
    }

    [Fact]
    public async Task Run_OfAnotherKey_IsNotInTheGroup()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        var first = commits.RunAsync("k", 1, Cancel);
        await work.BegunAsync(1);

        var other = commits.RunAsync("other", 2, Cancel);
        await work.BegunAsync(2);
        work.Release();
        work.Release();

        Assert.Equal("10 20", await AllAsync(first, other));
    }

    [Fact]
    public async Task Run_MoreThanAGroupTakes_MakesTwo()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        var first = commits.RunAsync("k", 0, Cancel);
        await work.BegunAsync(1);
        var others = Enumerable.Range(1, HeldWork.MaxGroup + 1).Select(i => commits.RunAsync("k", i, Cancel)).ToList();

        work.Release();
        work.Release();
        work.Release();

        await AllAsync([first, .. others]);
        Assert.Equal(["0", "1 2 3", "4"], work.Groups);
    }

    [Fact]
    public async Task Run_GroupFails_FailsItsCallersAndNobodyElse()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        var first = commits.RunAsync("k", HeldWork.Failing, Cancel);
        await work.BegunAsync(1);
        var second = commits.RunAsync("k", 2, Cancel);

        work.Release();
        work.Release();

        await Assert.ThrowsAsync<InvalidOperationException>(() => AllAsync(first));
        Assert.Equal("20", await AllAsync(second));
    }

    [Fact]
    public async Task Run_TakenBackWhileItWaits_IsNotDone()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        using var gone = new CancellationTokenSource();
        var first = commits.RunAsync("k", 1, Cancel);
        await work.BegunAsync(1);
        var second = commits.RunAsync("k", 2, gone.Token);
        var third = commits.RunAsync("k", 3, Cancel);

        await gone.CancelAsync();
        work.Release();
        work.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AllAsync(second));
        Assert.Equal("10 30", await AllAsync(first, third));
        Assert.Equal(["1", "3"], work.Groups);
    }

    [Fact]
    public async Task Run_TooManyWait_IsRefused()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 1);
        var first = commits.RunAsync("k", 0, Cancel);
        await work.BegunAsync(1);
        var waiting = Enumerable.Range(1, HeldWork.MaxWaiting).Select(i => commits.RunAsync("k", i, Cancel)).ToList();

        var refused = await Assert.ThrowsAsync<UnionException>(() => commits.RunAsync("k", 99, Cancel));
        work.Release(waiting.Count + 1);
        await AllAsync([first, .. waiting]);

        Assert.Equal("database_busy", refused.Reason);
    }

    [Fact]
    public async Task Run_TwoGroupsAtOnce_DoNotWaitForEachOther()
    {
        using var work = new HeldWork();
        var commits = work.Commits(atOnce: 2);
        var first = commits.RunAsync("k", 1, Cancel);
        await work.BegunAsync(1);

        var second = commits.RunAsync("k", 2, Cancel);
        await work.BegunAsync(2);
        work.Release(2);

        Assert.Equal("10 20", await AllAsync(first, second));
    }

    private static async Task<string> AllAsync(params Task<int>[] calls) =>
        string.Join(' ', await Task.WhenAll(calls).WaitAsync(Patience, Cancel));

    /// <summary>Work that says when it has begun, and ends when it is let.</summary>
    private sealed class HeldWork : IDisposable
    {
        public const int Failing = -1;
        public const int MaxGroup = 3;
        public const int MaxWaiting = 5;

        private readonly SemaphoreSlim _released = new(0);
        private readonly SemaphoreSlim _begun = new(0);
        private readonly List<string> _groups = [];
        private int _seen;

        public IReadOnlyList<string> Groups
        {
            get
            {
                lock (_groups)
                {
                    return [.. _groups];
                }
            }
        }

        public GroupCommit<string, int, int> Commits(int atOnce) => new(DoAsync, atOnce, MaxGroup, MaxWaiting);

        public void Release(int groups = 1) => _released.Release(groups);

        /// <summary>Waits until so many groups have begun in all.</summary>
        public async Task BegunAsync(int groups)
        {
            for (; _seen < groups; _seen++)
            {
                Assert.True(await _begun.WaitAsync(Patience, Cancel), "no group has begun");
            }
        }

        public void Dispose()
        {
            _released.Dispose();
            _begun.Dispose();
        }

        private async Task<IReadOnlyList<int>> DoAsync(string key, IReadOnlyList<int> items)
        {
            lock (_groups)
            {
                _groups.Add(string.Join(' ', items));
            }

            _begun.Release();
            Assert.True(await _released.WaitAsync(Patience, Cancel), "nobody has released the group");
            return items.Contains(Failing) ? throw new InvalidOperationException("It failed.") : [.. items.Select(i => i * 10)];
        }
    }
}
