using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Objects;

namespace Union.Providers.Local.Secrets;

/// <summary>Secrets as sealed files, one each; only the newest version is kept. One process writes to a folder.</summary>
public sealed class FileSecretStore : ISecretStore, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Suffix = ".secret";

    private readonly string _folder;
    private readonly SecretSealer _sealer;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writer = new(1);

    public FileSecretStore(FileSecretStoreOptions options, TimeProvider time)
    {
        _folder = Path.GetFullPath(options.Path);
        if (Path.GetFullPath(options.KeyPath).StartsWith(_folder.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            throw new ArgumentException("The key file must lie outside the folder of the secrets.", nameof(options));
        }

        _time = time;
        _sealer = new SecretSealer(KeyFile.OpenOrCreate(options.KeyPath).Newest);
        Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    public SecretStoreCapabilities Capabilities { get; } = new(MaxValueBytes: 64 * 1024);

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        if (value.Length > Capabilities.MaxValueBytes)
        {
            throw SecretStoreException.TooLarge(name, Capabilities);
        }

        await _writer.WaitAsync(cancellationToken);
        try
        {
            var now = _time.GetUtcNow();
            var old = await OpenAsync(name, cancellationToken);
            if (old is not null && mode is PutSecret.CreateOnly)
            {
                throw new SecretStoreException(SecretStoreError.AlreadyExists, $"Secret {name} exists already.");
            }

            var version = Guid.CreateVersion7(now).ToString();
            var content = SealedSecret.Write(_sealer, name, version, old?.Created ?? now, value.Reveal().Span);
            await ReplaceAsync(PathOf(name), content, cancellationToken);
            return version;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
        finally
        {
            _writer.Release();
        }
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        var found = await OpenAsync(name, cancellationToken);
        if (found is null || (version is not null && version != found.Version))
        {
            throw new SecretStoreException(SecretStoreError.NotFound, $"There is no secret {name}.");
        }

        try
        {
            return found.OpenValue(_sealer);
        }
        catch (CryptographicException e)
        {
            throw Damaged(e);
        }
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken) =>
        await OpenAsync(name, cancellationToken) is { } found ? new StoredSecret(name, found.Created) : null;

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
        finally
        {
            _writer.Release();
        }
    }

    public async IAsyncEnumerable<StoredSecret> ListAsync(
        SecretScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new List<StoredSecret>();
        foreach (var path in Directory.GetFiles(_folder, "*" + Suffix))
        {
            if (await ReadAsync(path, cancellationToken) is { } secret && scope.Covers(secret.Name.Scope))
            {
                found.Add(new StoredSecret(secret.Name, secret.Created));
            }
        }

        foreach (var secret in found.OrderBy(s => s.Name, SecretNameOrder.Instance))
        {
            yield return secret;
        }
    }

    public void Dispose() => _writer.Dispose();

    private async Task<SealedSecret?> OpenAsync(SecretName name, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(PathOf(name), cancellationToken);

        // A file that was moved to another's place opens, but says whose it is.
        return found is null || found.Name == name ? found : throw Damaged(null);
    }

    private async Task<SealedSecret?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > sizeof(ushort) + SealedSecret.MaxHead + SecretSealer.Overhead + Capabilities.MaxValueBytes)
            {
                throw Damaged(null);
            }

            var content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellationToken);
            return SealedSecret.Read(_sealer, content);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (CryptographicException e)
        {
            throw Damaged(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    private static async Task ReplaceAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            };
            await using (var file = new FileStream(draft, options))
            {
                await file.WriteAsync(content, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
            using var folder = Posix.OpenRoot(Path.GetDirectoryName(path)!);
            Posix.Sync(folder);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private string PathOf(SecretName name) => Path.Combine(_folder, _sealer.FileNameOf(name) + Suffix);

    private static SecretStoreException Damaged(Exception? e) => new(
        SecretStoreError.Unavailable, "A secret's file is damaged, moved, or sealed with another key.", e);

    private static SecretStoreException Failed(Exception e) => e is UnauthorizedAccessException
        ? new SecretStoreException(SecretStoreError.Denied, "The file system denied access to the secrets.", e)
        : new SecretStoreException(SecretStoreError.Unavailable, "The file system failed.", e);
}
