using Google.Protobuf;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Cli.Client;

/// <summary>The one place where a gRPC status becomes a message and an exit code.</summary>
internal static class RpcErrors
{
    public static CliError Translate(RpcException error)
    {
        // No answer at all: the status is Grpc.Net.Client's own, and says nothing that helps.
        if (error.Status.DebugException is System.Net.Http.HttpRequestException refused)
        {
            return new CliError(
                ExitCode.Unreachable,
                $"The server cannot be reached: {refused.Message}",
                "Start one with 'union up', or name another with --endpoint or UNION_ENDPOINT.");
        }

        return new CliError(ExitCodeOf(error.StatusCode), Message(error), HintOf(error));
    }

    public static ExitCode ExitCodeOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument or ErrorCode.OutOfRange => ExitCode.WrongUsage,
        ErrorCode.NotFound => ExitCode.NotFound,
        ErrorCode.PermissionDenied or ErrorCode.Unauthenticated => ExitCode.NotAllowed,
        ErrorCode.Unavailable or ErrorCode.DeadlineExceeded => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    private static ExitCode ExitCodeOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ExitCode.WrongUsage,
        StatusCode.NotFound => ExitCode.NotFound,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => ExitCode.NotAllowed,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    private static string Message(RpcException error) => error.StatusCode switch
    {
        StatusCode.DeadlineExceeded => "The server did not answer in time.",
        StatusCode.Unimplemented when error.Status.Detail.Length == 0 => "The server does not know this call.",
        _ when error.Status.Detail.Length == 0 => $"The server refused the call ({error.StatusCode}).",
        _ => error.Status.Detail,
    };

    /// <summary>The hint of a <c>google.rpc.ErrorInfo</c>, or one that fits the code.</summary>
    private static string? HintOf(RpcException error)
    {
        if (DetailsOf(error) is { } info)
        {
            return info.Metadata.TryGetValue("hint", out var hint) ? hint : null;
        }

        return error.StatusCode switch
        {
            StatusCode.Unimplemented => "Its version may be older than this program's: 'union version' tells this one's.",
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => "Try again; 'union get clusters' shows which clusters are online.",
            _ => null,
        };
    }

    private static Google.Rpc.ErrorInfo? DetailsOf(RpcException error)
    {
        try
        {
            var encoded = error.Trailers.GetValueBytes("grpc-status-details-bin");
            var details = encoded is null ? null : Google.Rpc.Status.Parser.ParseFrom(encoded).Details;
            return details?.FirstOrDefault(d => d.Is(Google.Rpc.ErrorInfo.Descriptor))?.Unpack<Google.Rpc.ErrorInfo>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
