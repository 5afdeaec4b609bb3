using System.IO.Compression;
using Grpc.Net.Compression;
using Union.Core.Boundary;
using Union.Host.Api.Errors;
using Union.Host.Forwarding;

namespace Union.Host.Connect;

/// <summary>
/// gzip for gRPC and gRPC-Web. The server's own provider inflates without end: its limit counts compressed bytes.
/// </summary>
internal sealed class BoundedGzipProvider(MessageLimit limit) : ICompressionProvider
{
    public string EncodingName => Gzip.Name;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new Bounded(stream, limit);

    private sealed class Bounded(Stream compressed, MessageLimit limit) : OneWayStream
    {
        private readonly GZipStream _inner = new(compressed, CompressionMode.Decompress);
        private long _left = limit.Inflated(compressed.CanSeek ? compressed.Length : limit.MaxBytes);

        public override bool CanRead => true;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = Inflate(buffer);
            return (_left -= read) >= 0 ? read : throw ErrorMapping.ToRpcException(limit.Exceeded());
        }

        private int Inflate(Span<byte> buffer)
        {
            try
            {
                return _inner.Read(buffer);
            }
            catch (InvalidDataException e)
            {
                throw ErrorMapping.ToRpcException(new UnionException(
                    ErrorCode.InvalidArgument, "compression_invalid", "The message says that it is gzip and is not.", null, e));
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
