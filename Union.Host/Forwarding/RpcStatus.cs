using System.Globalization;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Host.Api.Errors;

namespace Union.Host.Forwarding;

/// <summary>A failure as gRPC writes it into trailers, or into headers where no message came before it.</summary>
internal static class RpcStatus
{
    public static IEnumerable<(string Name, string Value)> Trailers(UnionException failure)
    {
        var status = ErrorMapping.ToStatus(failure);
        yield return ("grpc-status", status.Code.ToString(CultureInfo.InvariantCulture));
        yield return ("grpc-message", Uri.EscapeDataString(status.Message));
        yield return ("grpc-status-details-bin", Convert.ToBase64String(status.ToByteArray()));
    }
}
