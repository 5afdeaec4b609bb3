namespace Union.Host.Cli;

/// <summary>A new file that only its owner can read.</summary>
internal static class PrivateFile
{
    public static async Task CreateAsync(string path, string content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            await using var writer = new StreamWriter(path, options);
            await writer.WriteAsync(content.AsMemory(), cancellationToken);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CliError(ExitCode.WrongUsage, $"{path} exists already.", "Name a new file, so that nothing is overwritten.");
        }
    }
}
