using System.Globalization;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Forwarding;

/// <summary>The reasons of the product as the protocols number and name them.</summary>
internal static class RpcStatus
{
    public static string Grpc(ErrorCode code) => ((int)Code(code)).ToString(CultureInfo.InvariantCulture);

    /// <summary>https://connectrpc.com/docs/protocol#error-codes</summary>
    public static string Connect(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => "invalid_argument",
        ErrorCode.NotFound => "not_found",
        ErrorCode.AlreadyExists => "already_exists",
        ErrorCode.PermissionDenied => "permission_denied",
        ErrorCode.Unauthenticated => "unauthenticated",
        ErrorCode.FailedPrecondition => "failed_precondition",
        ErrorCode.Aborted => "aborted",
        ErrorCode.OutOfRange => "out_of_range",
        ErrorCode.ResourceExhausted => "resource_exhausted",
        ErrorCode.Unimplemented => "unimplemented",
        ErrorCode.Unavailable => "unavailable",
        ErrorCode.DeadlineExceeded => "deadline_exceeded",
        ErrorCode.DataLoss => "data_loss",
        _ => "internal",
    };

    public static int Http(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument or ErrorCode.FailedPrecondition or ErrorCode.OutOfRange => 400,
        ErrorCode.Unauthenticated => 401,
        ErrorCode.PermissionDenied => 403,
        ErrorCode.NotFound => 404,
        ErrorCode.AlreadyExists or ErrorCode.Aborted => 409,
        ErrorCode.ResourceExhausted => 429,
        ErrorCode.Unimplemented => 501,
        ErrorCode.Unavailable => 503,
        ErrorCode.DeadlineExceeded => 504,
        _ => 500,
    };

    private static StatusCode Code(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => StatusCode.InvalidArgument,
        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        ErrorCode.PermissionDenied => StatusCode.PermissionDenied,
        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorCode.Aborted => StatusCode.Aborted,
        ErrorCode.OutOfRange => StatusCode.OutOfRange,
        ErrorCode.ResourceExhausted => StatusCode.ResourceExhausted,
        ErrorCode.Unimplemented => StatusCode.Unimplemented,
        ErrorCode.Unavailable => StatusCode.Unavailable,
        ErrorCode.DeadlineExceeded => StatusCode.DeadlineExceeded,
        ErrorCode.DataLoss => StatusCode.DataLoss,
        _ => StatusCode.Internal,
    };
}
