using System.Net;
using System.Security.Cryptography;

namespace Union.Providers.Gcp.Objects;

/// <summary>A body whose MD5 is known once it was sent, and before where it can be read twice.</summary>
internal sealed class HashedContent(Stream content) : HttpContent
{
#pragma warning disable CA5351 // The store answers with an MD5 of what it kept; it finds damage.
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351

    /// <summary>Known once all was sent.</summary>
    public string? Md5 { get; private set; }

    /// <summary>Of a stream that can seek, which then stands where it stood.</summary>
    public async Task<byte[]> DigestAsync(CancellationToken cancellationToken)
    {
        var start = content.Position;
#pragma warning disable CA5351 // As above.
        var digest = await MD5.HashDataAsync(content, cancellationToken);
#pragma warning restore CA5351
        content.Position = start;
        return digest;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            _hash.AppendData(buffer, 0, count);
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        Md5 = Convert.ToBase64String(_hash.GetCurrentHash());
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
