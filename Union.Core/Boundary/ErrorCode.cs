namespace Union.Core.Boundary;

/// <summary>Why a request failed, in the words that gRPC and Connect share. Mapped to a status in one place of the host.</summary>
public enum ErrorCode
{
    InvalidArgument,
    NotFound,
    AlreadyExists,
    PermissionDenied,
    Unauthenticated,
    FailedPrecondition,
    Aborted,
    OutOfRange,
    ResourceExhausted,
    Unimplemented,
    Unavailable,
    DeadlineExceeded,
    DataLoss,
    Internal,
}
