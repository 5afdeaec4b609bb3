namespace Union.Testing.Objects;

/// <summary>Gives some bytes and then does something: cancels, or throws.</summary>
public sealed class StreamThatEnds(Action atSecondRead) : MemoryStream(new byte[1000])
{
    private bool _began;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_began)
        {
            atSecondRead();
            cancellationToken.ThrowIfCancellationRequested();
        }

        _began = true;
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, 100)], cancellationToken);
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = new byte[100];
        for (int count; (count = await ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }
}
