using Union.Core.Boundary;
using Union.Host.Api.Runs;
using Union.Host.Planes.Control;

namespace Union.Host.Tests.Planes;

public sealed class SharedPrivatePartsTests : IPrivateParts
{
    private static readonly ProjectScope Scope = new("default", "rain", "development");

    private readonly List<(string Cluster, string Digests)> _asked = [];
    private TaskCompletionSource<IReadOnlyList<byte[]>?> _answer = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Same_AtTheSameTime_AskedOnce()
    {
        var parts = new SharedPrivateParts(this);

        var calls = Enumerable.Range(0, 100).Select(_ => parts.TryGetAsync("c1", Scope, ["a", "b"], Cancel)).ToList();
        _answer.SetResult([[1], [2]]);

        Assert.All(await Task.WhenAll(calls), found => Assert.Equal([[1], [2]], found));
        Assert.Equal(("c1", "a b"), Assert.Single(_asked));
    }

    [Fact]
    public async Task Same_AfterTheAnswer_AskedAgain()
    {
        var parts = new SharedPrivateParts(this);
        _answer.SetResult([[1]]);
        await parts.TryGetAsync("c1", Scope, ["a"], Cancel);
        _answer = new();
        _answer.SetResult([[9]]);

        var again = await parts.TryGetAsync("c1", Scope, ["a"], Cancel);

        Assert.Equal([[9]], again);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public void Others_AtTheSameTime_AskedForThemselves()
    {
        var parts = new SharedPrivateParts(this);

        _ = parts.TryGetAsync("c1", Scope, ["a"], Cancel);
        _ = parts.TryGetAsync("c2", Scope, ["a"], Cancel);
        _ = parts.TryGetAsync("c1", Scope, ["b"], Cancel);
        _ = parts.TryGetAsync("c1", Scope with { Project = "sun" }, ["a"], Cancel);

        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public async Task Caller_Leaves_OthersAreAnswered()
    {
        var parts = new SharedPrivateParts(this);
        using var leaving = new CancellationTokenSource();
        var first = parts.TryGetAsync("c1", Scope, ["a"], leaving.Token);
        var second = parts.TryGetAsync("c1", Scope, ["a"], Cancel);

        await leaving.CancelAsync();
        _answer.SetResult([[1]]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal([[1]], await second);
    }

    [Fact]
    public async Task Failure_ReachesAllAndIsNotKept()
    {
        var parts = new SharedPrivateParts(this);
        _answer.SetException(new UnionException(ErrorCode.DataLoss, "private_part_damaged", "Damaged."));
        await Assert.ThrowsAsync<UnionException>(() => parts.TryGetAsync("c1", Scope, ["a"], Cancel));
        _answer = new();
        _answer.SetResult([[1]]);

        Assert.Equal([[1]], await parts.TryGetAsync("c1", Scope, ["a"], Cancel));
    }

    Task<string> IPrivateParts.PutAsync(
        string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    Task<IReadOnlyList<byte[]>?> IPrivateParts.TryGetAsync(
        string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken)
    {
        _asked.Add((clusterId, string.Join(' ', digests)));
        return _answer.Task;
    }
}
