using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Union.Host.Api.Data;

namespace Union.Host.Tests.Api.Data;

public sealed class LogBatchesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteBatches_WhatIsThere_TravelsTogether_AndASingleItemAtOnce()
    {
        var source = Channel.CreateUnbounded<int>();
        var written = Channel.CreateUnbounded<IReadOnlyList<int>>();
        foreach (var item in Enumerable.Range(0, 450))
        {
            source.Writer.TryWrite(item);
        }

        var writing = source.Reader.ReadAllAsync(Cancel).WriteBatchesAsync(
            b => written.Writer.WriteAsync(b, Cancel).AsTask(), Cancel);
        var counts = new List<int>();
        for (var batches = 0; batches < 3; batches++)
        {
            counts.Add((await written.Reader.ReadAsync(Cancel)).Count);
        }

        Assert.Equal([200, 200, 50], counts);
        source.Writer.TryWrite(450);
        Assert.Equal([450], await written.Reader.ReadAsync(Cancel));
        source.Writer.Complete();
        await writing;
        Assert.False(written.Reader.TryRead(out _));
    }

    [Fact]
    public async Task WriteBatches_WriterFails_EndsAndDisposesTheSource()
    {
        var disposed = new TaskCompletionSource();

        await Assert.ThrowsAsync<InvalidOperationException>(() => EndlessAsync(disposed, Cancel).WriteBatchesAsync(
            _ => throw new InvalidOperationException(), Cancel));

        Assert.True(disposed.Task.IsCompleted);
    }

    private static async IAsyncEnumerable<int> EndlessAsync(
        TaskCompletionSource disposed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return 1;
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
        finally
        {
            disposed.SetResult();
        }
    }
}
