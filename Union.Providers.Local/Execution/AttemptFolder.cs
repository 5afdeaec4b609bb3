using System.Globalization;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>Where everything of one attempt lies on this machine: <c>attempts/{uid}-{fence}/</c>, for its owner only.</summary>
internal sealed class AttemptFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public AttemptFolder(string dataDir, AttemptKey key)
    {
        if (!Guid.TryParseExact(key.Uid, "D", out _) || key.Fence < 0)
        {
            throw new UnionException(ErrorCode.InvalidArgument, "attempt_key_malformed", "The attempt's key is malformed.");
        }

        Key = key;
        Root = Path.Combine(AttemptsOf(dataDir), NameOf(key));
    }

    public AttemptKey Key { get; }

    public string Root { get; }

    public string Work => Path.Combine(Root, "work");

    public string Inputs => Path.Combine(Root, "inputs");

    public string Outputs => Path.Combine(Root, "outputs");

    /// <summary>A folder of its own, since only a folder can be bound into a sandbox and still have its file replaced.</summary>
    public string ReportFolder => Path.Combine(Root, "report");

    public string Report => Path.Combine(ReportFolder, "report.html");

    /// <summary>Temporary files of a task without a sandbox; with one they live in memory.</summary>
    public string Temporary => Path.Combine(Root, "tmp");

    public string Stdout => Path.Combine(Root, "stdout");

    public string Stderr => Path.Combine(Root, "stderr");

    public string Pid => Path.Combine(Root, "pid");

    public string Exit => Path.Combine(Root, "exit");

    /// <summary>What bubblewrap says of its child.</summary>
    public string Status => Path.Combine(Root, "status");

    /// <summary>Why the attempt was ended, written before the first signal is sent.</summary>
    public string End => Path.Combine(Root, "end");

    /// <summary>Says where in memory the secrets lie that the task reads as files.</summary>
    public string SecretFolder => Path.Combine(Root, "secrets");

    public string Record => Path.Combine(Root, "attempt.json");

    public string Result => Path.Combine(Root, "result.json");

    public string Log => Path.Combine(Root, "log.jsonl");

    public string LogArchive => Path.Combine(Root, "log.jsonl.gz");

    public static string AttemptsOf(string dataDir) => Path.Combine(dataDir, "attempts");

    public static string NameOf(AttemptKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Uid}-{key.Fence}");

    public static void CreateOwned(string path) => Directory.CreateDirectory(path, OwnerOnly);

    /// <summary>Attempts that were prepared whole; a folder without its record never had a process.</summary>
    public static IEnumerable<AttemptFolder> All(string dataDir) => Named(dataDir).Where(folder => File.Exists(folder.Record));

    /// <summary>
    /// Removes folders without a record: a preparation that never came to its start, or a removal that was cut short.
    /// Only while nothing is being prepared.
    /// </summary>
    public static void RemoveUnfinished(string dataDir)
    {
        foreach (var folder in Named(dataDir).Where(folder => !File.Exists(folder.Record)).ToList())
        {
            try
            {
                folder.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It costs room and nothing else; the next start tries again.
            }
        }
    }

    /// <summary>An empty folder, whatever was left of a preparation that did not finish.</summary>
    public void Create()
    {
        Delete();
        foreach (var path in new[] { Root, Work, Inputs, Outputs, ReportFolder, Temporary })
        {
            CreateOwned(path);
        }
    }

    public void Delete()
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        SecretFiles.Remove(this);
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // A task may take the rights of its folders away, which are ours to give back.
            Open(new DirectoryInfo(Root));
            Directory.Delete(Root, recursive: true);
        }
    }

    private static IEnumerable<AttemptFolder> Named(string dataDir)
    {
        var attempts = new DirectoryInfo(AttemptsOf(dataDir));
        if (!attempts.Exists)
        {
            yield break;
        }

        foreach (var entry in attempts.EnumerateDirectories())
        {
            var dash = entry.Name.LastIndexOf('-');
            if (dash > 0 && Guid.TryParseExact(entry.Name[..dash], "D", out _)
                && long.TryParse(entry.Name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var fence))
            {
                yield return new AttemptFolder(dataDir, new AttemptKey(entry.Name[..dash], fence));
            }
        }
    }

    private static void Open(DirectoryInfo folder)
    {
        folder.UnixFileMode = OwnerOnly;
        foreach (var below in folder.EnumerateDirectories().Where(below => below.LinkTarget is null))
        {
            Open(below);
        }
    }

    /// <summary>A line of a small file, or null until its line break stands there.</summary>
    public static string? ReadLine(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            return text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? text[..end] : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whole or not at all.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        var part = path + ".part";
        File.WriteAllBytes(part, content);
        File.Move(part, path, overwrite: true);
    }
}
