using System.Net;

namespace Union.Testing.Objects;

/// <summary>An upload whose client dies half way.</summary>
internal sealed class CutContent(int announced) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(new byte[announced / 2]);
        await stream.FlushAsync();
        throw new IOException("The client is gone.");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = announced;
        return true;
    }
}
