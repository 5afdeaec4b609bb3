using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Link;

/// <summary>What the cluster itself keeps of a failure: the control plane knows its code and kind only.</summary>
/// <param name="Code">The task's own word, such as the name of an exception, or else the platform's.</param>
public sealed record KeptError(string Code, string Message)
{
    /// <summary>In the form in which it is spliced into an ErrorInfo on its way to a reader.</summary>
    public static ReadOnlyMemory<byte> Write(AttemptError error)
    {
        var code = error.TaskCode.Length > 0 ? error.TaskCode : error.Code;
        return new ErrorText { Message = $"{code}: {error.Message}", TaskCode = error.TaskCode }.ToByteArray();
    }

    /// <param name="code">What the control plane knows; it stands where nothing was kept.</param>
    public static async Task<KeptError> ReadAsync(
        PrivateParts parts, ProjectScope scope, string digest, string code, CancellationToken cancellationToken)
    {
        if (await parts.FindAsync(scope, digest, cancellationToken) is not { Length: > 0 } bytes)
        {
            return new KeptError(code, "");
        }

        var kept = ErrorText.Parser.ParseFrom(bytes);
        var own = kept.TaskCode.Length > 0 ? kept.TaskCode : code;
        var prefix = own + ": ";
        return new KeptError(
            own, kept.Message.StartsWith(prefix, StringComparison.Ordinal) ? kept.Message[prefix.Length..] : kept.Message);
    }
}
