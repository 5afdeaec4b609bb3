using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>
/// Keys of 256 bits in a file that only its owner may read, one <c>id key</c> a line in hexadecimal. The first line is
/// the key in use; the others still verify what was made before a rotation. Created with one key where there is none.
/// </summary>
public sealed class KeyFile
{
    private const int KeyBytes = 32;
    private const int IdBytes = 4;
    private const int MaxKeys = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly (string Id, byte[] Key)[] _keys;

    private KeyFile(string path, (string Id, byte[] Key)[] keys) => (_path, _keys) = (path, keys);

    public string NewestId => _keys[0].Id;

    public ReadOnlySpan<byte> Newest => _keys[0].Key;

    public ReadOnlySpan<byte> Oldest => _keys[^1].Key;

    public static KeyFile OpenOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Write(path, [NewKey()], replace: false);
        }

        return Read(path);
    }

    public bool TryGet(string id, [NotNullWhen(true)] out byte[]? key)
    {
        key = Array.Find(_keys, k => k.Id == id).Key;
        return key is not null;
    }

    /// <summary>Puts a new key in front; the older ones stay valid for verification until their line is removed.</summary>
    public KeyFile Rotate()
    {
        if (_keys.Length == MaxKeys)
        {
            throw new InvalidOperationException($"A key file holds at most {MaxKeys} keys; remove the last lines first.");
        }

        Write(_path, [NewKey(), .. _keys], replace: true);
        return Read(_path);
    }

    public override string ToString() => $"<{_keys.Length} keys>";

    private static (string Id, byte[] Key) NewKey() =>
        (Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), RandomNumberGenerator.GetBytes(KeyBytes));

    private static KeyFile Read(string path)
    {
        // A link could lead to a file that somebody else may write.
        if (File.ResolveLinkTarget(path, returnFinalTarget: false) is not null
            || (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw Invalid(path, "must be a plain file that only its owner may read (chmod 600)");
        }

        var keys = new List<(string, byte[])>();
        foreach (var line in File.ReadLines(path).Take(MaxKeys + 1))
        {
            var parts = line.Split(' ');
            if (parts is not [{ Length: 2 * IdBytes } id, { Length: 2 * KeyBytes } hex]
                || !(id + hex).All(char.IsAsciiHexDigitLower))
            {
                throw Invalid(path, $"is damaged in line {keys.Count + 1}");
            }

            keys.Add((id, Convert.FromHexString(hex)));
        }

        return keys.Count is > 0 and <= MaxKeys
            ? new KeyFile(path, [.. keys])
            : throw Invalid(path, $"must hold 1 to {MaxKeys} keys");
    }

    // Written beside and moved, so that a crash leaves either the old file or the new one.
    private static void Write(string path, (string Id, byte[] Key)[] keys, bool replace)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, OwnerOnly | UnixFileMode.UserExecute);
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (var stream = new FileStream(draft, options))
        using (var writer = new StreamWriter(stream))
        {
            foreach (var (id, key) in keys)
            {
                writer.Write($"{id} {Convert.ToHexStringLower(key)}\n");
            }

            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, replace);
        }
        catch (IOException) when (!replace && File.Exists(path))
        {
            // Another start of this process created the file first: its key is the one that counts.
            File.Delete(draft);
        }
    }

    private static UnionException Invalid(string path, string what) => new(
        ErrorCode.FailedPrecondition, "key_file_invalid", $"The key file {Path.GetFileName(path)} {what}.",
        "Restore it from a backup; a new key cannot open what an old one closed.");
}
