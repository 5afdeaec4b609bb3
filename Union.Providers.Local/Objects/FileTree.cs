using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Union.Providers.Local.Objects;

/// <summary>
/// The folder tree of a <see cref="FileObjectStore"/>, walked name by name from the root without following a link.
/// Readers take no lock: every change is one rename, link or exchange. Writers take turns, because replacing "a" while
/// "a" becomes a folder would lose the newer of the two.
/// </summary>
internal sealed class FileTree
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _root;
    private readonly Lock _writer = new();

    public FileTree(string root)
    {
        _root = root;
        var drafts = Path.Combine(root, FileNames.Drafts);
        Directory.CreateDirectory(root, FileMode600 | UnixFileMode.UserExecute);
        Directory.CreateDirectory(drafts, FileMode600 | UnixFileMode.UserExecute);

        // Left by a crash: nothing was acknowledged.
        foreach (var draft in new DirectoryInfo(drafts).EnumerateFileSystemInfos())
        {
            if (draft is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                draft.Delete();
            }
        }
    }

    /// <summary>A regular file for reading, or null.</summary>
    public SafeFileHandle? OpenFile(IReadOnlyList<string> names)
    {
        using var folder = OpenFolder(names.SkipLast(1));
        if (folder is null)
        {
            return null;
        }

        var file = Posix.Open(folder, names[^1], mustBeFolder: false, out _);
        if (file is not null && IsFolder(file))
        {
            using var self = file;
            file = Posix.Open(self, FileNames.Self, mustBeFolder: false, out _);
        }

        return file;
    }

    /// <summary>A folder, or null where it is missing or no folder.</summary>
    public SafeFileHandle? OpenFolder(IEnumerable<string> names)
    {
#pragma warning disable CA2000 // Each folder is disposed when the next is open; the last belongs to the caller.
        var folder = Posix.OpenRoot(_root);
#pragma warning restore CA2000
        foreach (var name in names)
        {
            var next = Posix.Open(folder, name, mustBeFolder: true, out _);
            folder.Dispose();
            if (next is null)
            {
                return null;
            }

            folder = next;
        }

        return folder;
    }

    /// <summary>A new file that no key leads to.</summary>
    public FileStream CreateDraft(out string name)
    {
        name = NewDraftName();
        return new FileStream(Path.Combine(_root, FileNames.Drafts, name), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = FileMode600,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
    }

    public void DropDraft(string name) => File.Delete(Path.Combine(_root, FileNames.Drafts, name));

    /// <summary>Gives a draft its place; false where the place is taken and must not be replaced.</summary>
    public bool Commit(string draft, IReadOnlyList<string> names, bool replace)
    {
        lock (_writer)
        {
            using var drafts = OpenDrafts();
            using var folder = MakeFolders(drafts, names.SkipLast(1));
            var name = names[^1];
            using var self = Posix.Open(folder, name, mustBeFolder: true, out _);
            var (target, targetName) = self is null ? (folder, name) : (self, FileNames.Self);

            var error = replace
                ? Posix.Rename(drafts, draft, target, targetName)
                : Posix.Link(drafts, draft, target, targetName);
            if (error == Posix.Exists && !replace)
            {
                return false;
            }

            Posix.Check(error);
            Posix.Sync(target);
            return true;
        }
    }

    public void Delete(IReadOnlyList<string> names)
    {
        lock (_writer)
        {
            using var folder = OpenFolder(names.SkipLast(1));
            if (folder is null)
            {
                return;
            }

            using var self = Posix.Open(folder, names[^1], mustBeFolder: true, out _);
            var (target, name) = self is null ? (folder, names[^1]) : (self, FileNames.Self);
            var error = Posix.Unlink(target, name);
            if (error == 0)
            {
                Posix.Sync(target);
            }
            else if (error != Posix.NotFound)
            {
                Posix.Check(error);
            }
        }
    }

    /// <summary>Makes a folder with all above it, following no link on the way.</summary>
    public void MakeFolder(IReadOnlyList<string> names)
    {
        lock (_writer)
        {
            using var drafts = OpenDrafts();
            using var folder = MakeFolders(drafts, names);
        }
    }

    public string PathOf(IReadOnlyList<string> names) => Path.Combine([_root, .. names]);

    public static bool IsFolder(SafeFileHandle handle) => File.GetAttributes(handle).HasFlag(FileAttributes.Directory);

    private static string NewDraftName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    private SafeFileHandle OpenDrafts() =>
        OpenFolder([FileNames.Drafts]) ?? throw new IOException("The folder of drafts is missing.");

    private SafeFileHandle MakeFolders(SafeFileHandle drafts, IEnumerable<string> names)
    {
        var folder = Posix.OpenRoot(_root);
        foreach (var name in names)
        {
            using var parent = folder;
            var next = Posix.Open(parent, name, mustBeFolder: true, out var error);
            if (error == Posix.NotFound)
            {
                Posix.Check(Posix.MakeFolder(parent, name));
                Posix.Sync(parent);
            }
            else if (error == Posix.NotAFolder)
            {
                TurnIntoFolder(drafts, parent, name);
            }

            folder = next ?? Posix.Open(parent, name, mustBeFolder: true, out error)
                ?? throw new IOException($"A folder cannot be opened (errno {error}).");
        }

        return folder;
    }

    /// <summary>
    /// Object "a" moves to "a/%self" to make room for "a/b": a folder that holds it is built aside and exchanged with
    /// the file in one step, so that "a" can be read at every instant and survives a crash at any.
    /// </summary>
    private static void TurnIntoFolder(SafeFileHandle drafts, SafeFileHandle parent, string name)
    {
        // A link is "not a folder" as well, and must not become part of an object.
        using var file = Posix.Open(parent, name, mustBeFolder: false, out var error);
        Posix.Check(error);

        var aside = NewDraftName();
        Posix.Check(Posix.MakeFolder(drafts, aside));
        using (var folder = Posix.Open(drafts, aside, mustBeFolder: true, out error))
        {
            Posix.Check(error);
            Posix.Check(Posix.Link(parent, name, folder!, FileNames.Self));
            Posix.Sync(folder!);
        }

        Posix.Check(Posix.Exchange(drafts, aside, parent, name));
        Posix.Sync(parent);
        Posix.Check(Posix.Unlink(drafts, aside));
    }
}
