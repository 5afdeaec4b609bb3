using System.Buffers.Binary;
using System.Text;
using Union.Core.Boundary;

namespace Union.Host.Forwarding;

/// <summary>
/// Knows where in an answer its protocol may end, and how. gRPC ends in HTTP trailers, which the caller of this class
/// sends; gRPC-Web and Connect streams end in a last frame, possible only between two frames.
/// </summary>
internal sealed class RpcEnding
{
    private const int HeaderBytes = 5;
    private const byte GrpcWebTrailers = 0x80;

    private readonly ForwardedCall _call;
    private readonly Protocol _protocol;
    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerRead;
    private uint _bodyLeft;

    private RpcEnding(Protocol protocol, ForwardedCall call) => (_protocol, _call) = (protocol, call);

    private enum Protocol
    {
        Grpc,
        GrpcWeb,
        ConnectStream,
        Unary,
    }

    public static RpcEnding Of(string? contentType, ForwardedCall call) => new(
        RpcContent.IsGrpc(contentType) ? Protocol.Grpc
            : RpcContent.IsGrpcWeb(contentType) ? Protocol.GrpcWeb
            : RpcContent.IsConnectStream(contentType) ? Protocol.ConnectStream : Protocol.Unary,
        call);

    public void Fail(UnionException failure) => _call.Fail(failure);

    /// <summary>Follows the frames: 1 byte of flags, 4 bytes of length (big-endian), content.</summary>
    public void Passed(ReadOnlySpan<byte> bytes)
    {
        while (_protocol is not Protocol.Unary && !bytes.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                var skipped = (int)Math.Min(_bodyLeft, (uint)bytes.Length);
                _bodyLeft -= (uint)skipped;
                bytes = bytes[skipped..];
                continue;
            }

            _header[_headerRead++] = bytes[0];
            bytes = bytes[1..];
            if (_headerRead == HeaderBytes)
            {
                _headerRead = 0;
                _bodyLeft = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
            }
        }
    }

    /// <summary>False where nothing that is written now would be understood: the answer must be cut off instead.</summary>
    public bool TryWrite(out ReadOnlyMemory<byte> rest)
    {
        rest = default;
        if (_call.Failure is not { } failure || _headerRead > 0 || _bodyLeft > 0)
        {
            return false;
        }

        switch (_protocol)
        {
            case Protocol.Grpc:
                return true;
            case Protocol.GrpcWeb:
                var trailers = string.Concat(RpcStatus.Trailers(failure).Select(t => $"{t.Name}: {t.Value}\r\n"));
                rest = RpcRefusal.Frame(GrpcWebTrailers, Encoding.ASCII.GetBytes(trailers));
                return true;
            case Protocol.ConnectStream:
                rest = RpcRefusal.EndStream(failure);
                return true;
            default:
                return false;
        }
    }
}
