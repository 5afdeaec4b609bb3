namespace Union.Host.Forwarding;

/// <summary>The cluster's answer, which ends as its protocol ends even when the connection below it does not.</summary>
internal sealed class EndedStream(Stream inner, RpcEnding ending, ForwarderMeter meter, CancellationToken revoked) : OneWayStream
{
    private ReadOnlyMemory<byte>? _rest;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest is null)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, revoked);
            try
            {
                var read = await inner.ReadAsync(buffer, either.Token);
                ending.Passed(buffer.Span[..read]);
                meter.Received(read);
                return read;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested
                && (e is IOException or HttpRequestException || revoked.IsCancellationRequested))
            {
                ending.Fail(revoked.IsCancellationRequested ? ForwardFailures.NoLongerAllowed() : ForwardFailures.Lost());
                if (!ending.TryWrite(out var rest))
                {
                    throw;
                }

                _rest = rest;
            }
        }

        var count = Math.Min(buffer.Length, _rest.Value.Length);
        _rest.Value[..count].CopyTo(buffer);
        _rest = _rest.Value[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
