using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Api.Errors;

/// <summary>The one place where a failure becomes a status: code, message, and reason and hint as ErrorInfo.</summary>
internal static class ErrorMapping
{
    private const string Domain = "union";

    public static RpcException ToRpcException(UnionException exception) => ToStatus(exception).ToRpcException();

    public static Google.Rpc.Status ToStatus(UnionException exception)
    {
        var details = new ErrorInfo { Domain = Domain, Reason = exception.Reason };
        if (exception.Hint is not null)
        {
            details.Metadata["hint"] = exception.Hint;
        }

        var status = new Google.Rpc.Status
        {
            Code = (int)CodeOf(exception.Code),
            Message = exception.Message,
            Details = { Any.Pack(details) },
        };
        if (exception.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = delay.ToDuration() }));
        }

        return status;
    }

    public static Grpc.Core.StatusCode CodeOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => Grpc.Core.StatusCode.InvalidArgument,
        ErrorCode.NotFound => Grpc.Core.StatusCode.NotFound,
        ErrorCode.AlreadyExists => Grpc.Core.StatusCode.AlreadyExists,
        ErrorCode.PermissionDenied => Grpc.Core.StatusCode.PermissionDenied,
        ErrorCode.Unauthenticated => Grpc.Core.StatusCode.Unauthenticated,
        ErrorCode.FailedPrecondition => Grpc.Core.StatusCode.FailedPrecondition,
        ErrorCode.Aborted => Grpc.Core.StatusCode.Aborted,
        ErrorCode.OutOfRange => Grpc.Core.StatusCode.OutOfRange,
        ErrorCode.ResourceExhausted => Grpc.Core.StatusCode.ResourceExhausted,
        ErrorCode.Unimplemented => Grpc.Core.StatusCode.Unimplemented,
        ErrorCode.Unavailable => Grpc.Core.StatusCode.Unavailable,
        ErrorCode.DeadlineExceeded => Grpc.Core.StatusCode.DeadlineExceeded,
        ErrorCode.DataLoss => Grpc.Core.StatusCode.DataLoss,
        _ => Grpc.Core.StatusCode.Internal,
    };
}
