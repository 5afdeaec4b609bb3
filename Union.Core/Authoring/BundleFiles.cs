namespace Union.Core.Authoring;

/// <summary>Which files a list of files and folders means.</summary>
internal static class BundleFiles
{
    /// <summary>Names in the bundle, in ordinal order, with the files behind them.</summary>
    public static SortedDictionary<string, string> Find(string folder, IEnumerable<string> listed, int maxFiles, long maxBytes)
    {
        var errors = new List<string>();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var root = Path.GetFullPath(folder);
        foreach (var entry in listed)
        {
            if (!CodeBundle.IsRelative(entry))
            {
                errors.Add($"{entry}: a path below {root} is expected, without '..'.");
            }
            else if (found.Count <= maxFiles)
            {
                var relative = string.Join('/', entry.Split('/').Where(part => part is not ("" or ".")));
                Add(root, relative, found, errors, maxFiles);
            }
        }

        if (found.Count > maxFiles)
        {
            errors.Add($"{root}: the files are more than {maxFiles}; list only what the task needs.");
        }
        else if (errors.Count == 0 && found.Values.Sum(path => new FileInfo(path).Length) > maxBytes)
        {
            errors.Add($"{root}: the files are larger than {maxBytes >> 20} MiB together; pass data as inputs.");
        }

        InvalidDocumentException.ThrowIfAny(errors);
        return found;
    }

    private static void Add(
        string root, string relative, SortedDictionary<string, string> found, List<string> errors, int maxFiles)
    {
        if (LinkedFolder(root, relative) is { } link)
        {
            errors.Add($"{Path.Combine(root, link)}: is a link to a folder; list the folder itself.");
            return;
        }

        var path = relative.Length == 0 ? root : Path.Combine(root, relative);
        if (Directory.Exists(path))
        {
            foreach (var child in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            {
                if (found.Count > maxFiles)
                {
                    return;
                }

                var name = Path.GetFileName(child);
                Add(root, relative.Length == 0 ? name : $"{relative}/{name}", found, errors, maxFiles);
            }

            return;
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            errors.Add($"{path}: there is no such file.");
        }
        else if (file.LinkTarget is not null && !LeadsBelow(root, file))
        {
            errors.Add($"{path}: is a link that leads out of {root}.");
        }
        else
        {
            found[relative] = path;
        }
    }

    private static string? LinkedFolder(string root, string relative)
    {
        var parts = relative.Split('/');
        for (var i = 1; i <= parts.Length; i++)
        {
            var part = string.Join('/', parts[..i]);
            var info = new DirectoryInfo(Path.Combine(root, part));
            if (relative.Length > 0 && info.Exists && info.LinkTarget is not null)
            {
                return part;
            }
        }

        return null;
    }

    private static bool LeadsBelow(string root, FileInfo link)
    {
        var target = link.ResolveLinkTarget(returnFinalTarget: true);
        return target is { Exists: true }
            && target.FullName.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && LinkedFolder(root, Path.GetRelativePath(root, target.FullName)) is null;
    }
}
