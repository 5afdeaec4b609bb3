using Google.Protobuf;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Messages that are kept as objects.</summary>
internal static class StoredMessages
{
    /// <summary>What an RPC carries at most; larger values go by signed link.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>The message, or null where there is no such object.</summary>
    public static async Task<T?> ReadAsync<T>(
        this IObjectStore store, ObjectKey key, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var bytes = await store.ReadAsync(key, MaxBytes, cancellationToken);
        try
        {
            return bytes is null ? null : parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UnionException(
                ErrorCode.DataLoss, "object_damaged", $"The stored {typeof(T).Name} cannot be decoded.", null, e);
        }
    }

    /// <summary>The bytes of an object, or null where there is none.</summary>
    public static async Task<byte[]?> ReadAsync(
        this IObjectStore store, ObjectKey key, int maxBytes, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(key, cancellationToken) is not { } found)
        {
            return null;
        }

        if (found.Length > maxBytes)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "object_too_large_to_send",
                $"The stored object has {found.Length} bytes; an answer carries at most {maxBytes}.",
                "Fetch single outputs by link.");
        }

        // Bounded by the buffer, whatever the object has become since.
        var bytes = new byte[found.Length];
        await using var stream = await store.OpenReadAsync(key, 0, cancellationToken);
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes[..read];
    }

    /// <summary>Writes what its key identifies: finding it there already is success.</summary>
    public static async Task EnsureAsync(
        this IObjectStore store, ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new MemoryStream(content.ToArray(), writable: false);
            await store.PutAsync(key, stream, PutMode.CreateOnly, cancellationToken);
        }
        catch (ObjectStoreException e) when (e.Error is ObjectStoreError.AlreadyExists)
        {
            // The same content under its digest.
        }
    }
}
