namespace Union.Host.Cli;

/// <summary>A failure to tell the user: what happened to what, and in the hint what to do next.</summary>
internal sealed class CliError(ExitCode code, string message, string? hint = null) : Exception(message)
{
    public ExitCode Code { get; } = code;

    public string? Hint { get; } = hint;
}
