using Union.Host.Api.Splicing;

namespace Union.Host.Tests.Api.Splicing;

public sealed class SharedAnswersTests
{
    private readonly SharedAnswers _answers = new();
    private readonly TaskCompletionSource<EncodedAnswer> _made = new();
    private readonly TaskCompletionSource _sent = new();
    private int _makings;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SameState_SentByMany_IsMadeOnceAndThenForgotten()
    {
        var state = new object();
        var got = new List<byte[]>();

        var sending = Enumerable.Range(0, 100).Select(_ => SendAsync(state, got)).ToList();
        _made.SetResult(new EncodedAnswer([1], false));
        _sent.SetResult();
        await Task.WhenAll(sending);

        Assert.Equal(1, _makings);
        Assert.Equal(100, got.Count);
        Assert.Equal(0, _answers.Count);
    }

    [Fact]
    public async Task SameState_AskedForByMany_IsMadeOnceAndThenForgotten()
    {
        var state = new object();

        var asking = Enumerable.Range(0, 100).Select(_ => _answers.GetAsync<string>(state, MakeAsync, Cancel)).ToList();
        _made.SetResult(new EncodedAnswer([1], false));
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, answer => Assert.Same(answers[0], answer));
        Assert.Equal((1, 0), (_makings, _answers.Count));
    }

    [Fact]
    public async Task States_ThatAreEqual_AreNotTheSame()
    {
        var one = new EncodedAnswer([1], false);
        var first = _answers.GetAsync<string>(one, MakeAsync, Cancel);
        var second = _answers.GetAsync<string>(one with { }, MakeAsync, Cancel);
        _made.SetResult(one);
        await Task.WhenAll(first, second);

        Assert.Equal(2, _makings);
    }

    [Fact]
    public async Task SameState_WhileASlowSenderSends_IsShared()
    {
        var state = new object();
        var got = new List<byte[]>();
        _made.SetResult(new EncodedAnswer([1], false));

        var slow = SendAsync(state, got);
        await _answers.SendAsync<string>(state, MakeAsync, _ => Task.CompletedTask, Cancel);
        Assert.Equal((1, 1), (_makings, _answers.Count));
        _sent.SetResult();
        await slow;

        Assert.Equal(0, _answers.Count);
    }

    [Fact]
    public async Task SameState_AfterAllHaveSent_IsMadeAgain()
    {
        var state = new object();
        _made.SetResult(new EncodedAnswer([1], false));
        _sent.SetResult();

        await SendAsync(state, []);
        await SendAsync(state, []);

        Assert.Equal(2, _makings);
    }

    [Fact]
    public async Task Sender_Leaves_TheOthersAreSent()
    {
        var state = new object();
        var got = new List<byte[]>();
        using var leaving = new CancellationTokenSource();
        var left = _answers.SendAsync<string>(state, MakeAsync, _ => Task.CompletedTask, leaving.Token);
        var stays = SendAsync(state, got);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _made.SetResult(new EncodedAnswer([1], false));
        _sent.SetResult();
        await stays;

        Assert.Equal((1, 0), (_makings, _answers.Count));
        Assert.Equal([1], Assert.Single(got));
    }

    [Fact]
    public async Task Making_Fails_EverySenderFailsAndNothingIsKept()
    {
        var state = new object();
        var sending = Enumerable.Range(0, 3).Select(_ => SendAsync(state, [])).ToList();

        _made.SetException(new InvalidOperationException());

        await Task.WhenAll(sending.Select(s => Assert.ThrowsAsync<InvalidOperationException>(() => s)));
        Assert.Equal(0, _answers.Count);
    }

    [Fact]
    public async Task OneState_TwoKindsOfMessages_AreMadeApart()
    {
        var state = new object();
        var run = new TaskCompletionSource<EncodedAnswer>();

        var first = SendAsync(state, []);
        var second = _answers.SendAsync<object>(state, () => run.Task, _ => Task.CompletedTask, Cancel);

        Assert.Equal(2, _answers.Count);
        run.SetResult(new EncodedAnswer([2], false));
        _made.SetResult(new EncodedAnswer([1], false));
        _sent.SetResult();
        await Task.WhenAll(first, second);
    }

    private Task SendAsync(object state, List<byte[]> got) => _answers.SendAsync<string>(
        state, MakeAsync,
        async answer =>
        {
            lock (got)
            {
                got.Add(answer.Bytes);
            }

            await _sent.Task;
        },
        Cancel);

    private Task<EncodedAnswer> MakeAsync()
    {
        _makings++;
        return _made.Task;
    }
}
