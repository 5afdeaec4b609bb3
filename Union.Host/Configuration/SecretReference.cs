using Union.Core.Boundary;

namespace Union.Host.Configuration;

/// <summary>Where a secret of the installation is kept. Configuration never holds the secret itself.</summary>
internal sealed record SecretReference(string? File, string? Variable)
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>The value, without a final line break. A file that others may read is refused.</summary>
    public SecretValue Read(ProcessEnvironment environment)
    {
        var text = Variable is not null ? environment.Get(Variable) : ReadFile(File!);
        return string.IsNullOrEmpty(text?.TrimEnd('\n', '\r'))
            ? throw Refused("secret_missing", $"The secret in {this} is missing or empty.", "Write it there and start again.")
            : new SecretValue(text.TrimEnd('\n', '\r'));
    }

    public override string ToString() => Variable is not null ? $"variable {Variable}" : $"file {File}";

    private static string ReadFile(string path)
    {
        try
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
                | UnixFileMode.OtherWrite;
            var info = new FileInfo(path);
            if (info.Exists && !OperatingSystem.IsWindows() && (info.UnixFileMode & Others) != 0)
            {
                throw Refused("secret_readable", $"The secret file {path} can be read by others.", $"Run: chmod 600 {path}");
            }

            return info is { Exists: true, Length: <= MaxBytes } ? System.IO.File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused("secret_unreadable", $"The secret file {path} cannot be read.", "Check its owner and mode.");
        }
    }

    private static UnionException Refused(string reason, string message, string hint) =>
        new(ErrorCode.FailedPrecondition, reason, message, hint);
}
