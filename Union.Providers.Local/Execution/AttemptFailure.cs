using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>Why an attempt cannot run or did not succeed; becomes its <see cref="AttemptError"/>.</summary>
internal sealed class AttemptFailure(string code, ErrorKind kind, bool recoverable, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public AttemptError Error { get; } = new(code, kind, message, recoverable);

    /// <summary>The task's own doing, and the same on every try.</summary>
    public static AttemptFailure Invalid(string code, string message, Exception? inner = null) =>
        new(code, ErrorKind.User, recoverable: false, message, inner);

    /// <summary>The platform's doing; another try may succeed.</summary>
    public static AttemptFailure Platform(string code, string message, Exception? inner = null) =>
        new(code, ErrorKind.System, recoverable: true, message, inner);
}
