using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

public static class BoundedCopy
{
    /// <summary>Copies a stream whose length nobody vouches for.</summary>
    /// <exception cref="UnionException"><c>object_too_large</c>: there was more than <paramref name="limit"/>.</exception>
    public static async Task CopyBoundedAsync(
        this Stream from, Stream to, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        for (var total = 0L; ;)
        {
            var read = await from.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return;
            }

            total += read;
            if (total > limit)
            {
                throw new UnionException(
                    ErrorCode.ResourceExhausted, "object_too_large", $"An object has more than {limit} bytes.");
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
