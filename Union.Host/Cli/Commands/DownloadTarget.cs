namespace Union.Host.Cli.Commands;

/// <summary>Where a fetched object goes: into a file whole or not at all.</summary>
internal static class DownloadTarget
{
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var partial = $"{path}.part";
        try
        {
            await using (var stream = File.Create(partial))
            {
                await write(stream);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
