using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Objects;

/// <summary>
/// Lists a <see cref="FileTree"/> in ordinal order of the keys, holding the entries of one folder a level. Sorting
/// folders as "name/" puts "a-b" before "a/b" and both behind "a", as a sort of whole keys would.
/// </summary>
internal sealed class FileTreeLister(FileTree tree, Func<SafeFileHandle, ObjectKey, StoredObject> describe)
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = false,
    };

    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new Stack<Entry>();
        pending.Push(new Entry(prefix + "/", FileNames.Encode(prefix)));
        while (pending.TryPop(out var entry))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!entry.IsFolder)
            {
                if (Describe(entry) is { } found)
                {
                    yield return found;
                }

                continue;
            }

            foreach (var child in await Task.Run(() => Read(entry), cancellationToken))
            {
                pending.Push(child);
            }
        }
    }

    private StoredObject? Describe(Entry entry)
    {
        using var file = ObjectKey.TryParse(entry.Key, out var key) ? tree.OpenFile(entry.Names) : null;
        return file is null || FileTree.IsFolder(file) ? null : describe(file, key);
    }

    /// <summary>The entries of a folder, last one first.</summary>
    private List<Entry> Read(Entry folder)
    {
        var entries = new List<Entry>();
        Collect(folder.Key, folder.Names, entries);
        entries.Sort((x, y) => string.CompareOrdinal(y.Key, x.Key));
        return entries;
    }

    private void Collect(string prefix, List<string> names, List<Entry> entries)
    {
        using var handle = tree.OpenFolder(names);
        if (handle is null)
        {
            return;
        }

        // By descriptor where there is /proc: the path could be exchanged for a link after it was opened.
        var path = OperatingSystem.IsLinux()
            ? $"/proc/self/fd/{handle.DangerousGetHandle()}"
            : tree.PathOf(names);
        foreach (var item in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything))
        {
            List<string> child = [.. names, item.Name];
            var kind = FileNames.Decode(item.Name, out var text);
            if (kind is FileNameKind.Longer)
            {
                Collect(prefix + text, child, entries);
            }
            else if (kind is not FileNameKind.Reserved)
            {
                Add(entries, prefix + text, child, item is DirectoryInfo);
            }
        }
    }

    // A folder is two entries: what is below it, and the object of the same name, which opening it leads to.
    private static void Add(List<Entry> entries, string key, List<string> names, bool isFolder)
    {
        entries.Add(new Entry(key, names));
        if (isFolder)
        {
            entries.Add(new Entry(key + "/", names));
        }
    }

    private sealed record Entry(string Key, List<string> Names)
    {
        public bool IsFolder => Key.EndsWith('/');
    }
}
