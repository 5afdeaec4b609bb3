using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Objects;

/// <summary>
/// Objects as files below one folder. Its signed URLs are served on loopback by the host, which asks
/// <see cref="FileUrlSigner"/> whether to. One process at a time writes to a folder.
/// </summary>
public sealed class FileObjectStore : IObjectStore
{
    private readonly FileObjectStoreOptions _options;
    private readonly FileUrlSigner _signer;
    private readonly TimeProvider _time;
    private readonly string _root;
    private readonly FileTree _tree;
    private readonly FileTreeLister _lister;

    public FileObjectStore(FileObjectStoreOptions options, FileUrlSigner signer, TimeProvider time)
    {
        options.EnsureValid();
        (_options, _signer, _time) = (options, signer, time);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        _tree = new FileTree(_root);
        _lister = new FileTreeLister(_tree, Describe);
        Capabilities = new ObjectStoreCapabilities(
            options.MaxLifetime, PresignBindsContentLength: true, PresignBindsContentMd5: true);
    }

    public ObjectStoreCapabilities Capabilities { get; }

    /// <summary>The path as a client's own file access takes it, so the key stands in it unescaped.</summary>
    public Reference ReferenceTo(ObjectKey key) => Reference.Parse($"file://{_root}/{key}");

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var prefix = $"file://{_root}/";
        var text = reference.ToString();
        return text.StartsWith(prefix, StringComparison.Ordinal) && ObjectKey.TryParse(text[prefix.Length..], out key);
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = Open(key);
        return Task.FromResult(file is null ? null : Describe(file, key));
    }

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
#pragma warning disable CA2000 // The handle belongs to the stream, and the stream to the caller.
        var file = Open(key) ?? throw new ObjectStoreException(ObjectStoreError.NotFound, $"There is no object '{key}'.");
        return Task.FromResult<Stream>(new FileStream(file, FileAccess.Read) { Position = offset });
#pragma warning restore CA2000
    }

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string? draft = null;
        try
        {
            await using (var file = _tree.CreateDraft(out draft))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!_tree.Commit(draft, FileNames.Encode(key), replace: mode is PutMode.Replace))
            {
                throw new ObjectStoreException(ObjectStoreError.AlreadyExists, $"There is an object '{key}' already.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e);
        }
        finally
        {
            if (draft is not null)
            {
                _tree.DropDraft(draft);
            }
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            _tree.Delete(FileNames.Encode(key));
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e);
        }
    }

    public IAsyncEnumerable<StoredObject> ListAsync(ObjectKey prefix, CancellationToken cancellationToken) =>
        _lister.ListAsync(prefix, cancellationToken);

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PresignRules.Check(grant, Capabilities, _options.UploadMax);

        // The URL carries whole seconds: rounded down, because a promise may end early but never late.
        var expires = DateTimeOffset.FromUnixTimeSeconds((_time.GetUtcNow() + grant.Lifetime).ToUnixTimeSeconds());
        return ValueTask.FromResult(_signer.Sign(grant, expires));
    }

    /// <summary>Where an object, or a folder of objects, lies on this machine: for showing it to a task that runs here.</summary>
    internal string PathOf(ObjectKey key) => _tree.PathOf(FileNames.Encode(key));

    /// <summary>A folder for objects to come: programs that write files do not make folders as object stores do.</summary>
    internal void MakeFolder(ObjectKey key)
    {
        try
        {
            _tree.MakeFolder(FileNames.Encode(key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e);
        }
    }

    private SafeFileHandle? Open(ObjectKey key)
    {
        try
        {
            var file = _tree.OpenFile(FileNames.Encode(key));
            if (file is not null && FileTree.IsFolder(file))
            {
                file.Dispose();
                return null;
            }

            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e);
        }
    }

    private static StoredObject Describe(SafeFileHandle file, ObjectKey key)
    {
        var length = RandomAccess.GetLength(file);
        var modified = File.GetLastWriteTimeUtc(file);
        var tag = string.Create(CultureInfo.InvariantCulture, $"{modified.Ticks:x}-{length:x}");
        return new StoredObject(key, length, tag, new DateTimeOffset(modified));
    }

    private static ObjectStoreException Translate(Exception e) => e is UnauthorizedAccessException
        ? new ObjectStoreException(ObjectStoreError.Denied, "The file system denied access to the store.", e)
        : new ObjectStoreException(ObjectStoreError.Unavailable, "The file system failed.", e);
}
