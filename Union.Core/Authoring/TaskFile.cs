using Flyteidl2.Task;
using Union.Core.Authoring.Yaml;

namespace Union.Core.Authoring;

/// <summary>A task as a file: what it is, and which files it needs beside it.</summary>
/// <param name="Folder">What <paramref name="Files"/> are relative to: the folder of the task file.</param>
/// <param name="Queue">The queue that its runs wait in, or null for the project's own.</param>
public sealed record TaskFile(string Folder, TaskSpec Spec, IReadOnlyList<string> Files, string? Queue)
{
    /// <summary>Reads a file; <see cref="InvalidDocumentException"/> lists everything that is wrong with it.</summary>
    public static TaskFile Read(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > YamlSource.MaxLength * 4L })
            {
                throw new InvalidDocumentException([$"{path}: the file is too large for a task file."]);
            }

            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e switch
            {
                _ when Directory.Exists(path) => "is a folder, not a task file",
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                _ => "the file cannot be read",
            };
            throw new InvalidDocumentException([$"{path}: {reason}."]);
        }

        return Parse(path, text);
    }

    public static TaskFile Parse(string path, string text)
    {
        var source = YamlSource.Parse(path, text);
        var file = TaskFileReader.Read(source, Path.GetDirectoryName(Path.GetFullPath(path))!);
        InvalidDocumentException.ThrowIfAny(source.Errors);
        return file;
    }
}
