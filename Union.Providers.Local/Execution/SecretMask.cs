using System.Security.Cryptography;
using System.Text;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Execution;

/// <summary>How a piece of a secret is known again without being kept.</summary>
/// <param name="Sum">The sum of its bytes, modulo 256: spares the keyed hash for all but one window in 256.</param>
internal sealed record Fingerprint(int Length, byte Sum, string Hash);

/// <summary>
/// Replaces secrets in log lines. It holds keyed fingerprints only, so the same mask is there after a restart, when the
/// values are not: the attempt's record may keep it, the key lies in another file of the data folder.
/// </summary>
internal sealed class SecretMask
{
    /// <summary>Shorter ones occur by chance everywhere, so masking them would hide the log and not the secret.</summary>
    public const int MinLength = 4;

    /// <summary>Longer secrets are known by their pieces, so that a line that is cut never hides a part of one.</summary>
    public const int MaxPiece = 256;

    /// <summary>Where the base64 program of a shell breaks its lines.</summary>
    private const int Base64Line = 76;

    private const int KeyBytes = 32;

    private readonly byte[] _key;
    private readonly ILookup<int, Fingerprint> _byLength;

    public SecretMask(byte[] key, IReadOnlyList<Fingerprint> fingerprints)
    {
        _key = key;
        Fingerprints = fingerprints;
        _byLength = fingerprints.ToLookup(fingerprint => fingerprint.Length);
    }

    public IReadOnlyList<Fingerprint> Fingerprints { get; }

    public static SecretMask Of(byte[] key, IEnumerable<SecretBytes> secrets) => new(
        key,
        [
            .. secrets.SelectMany(secret => Pieces(secret.Reveal().ToArray())).Where(piece => piece.Length >= MinLength)
                .Select(piece => new Fingerprint(piece.Length, Sum(piece), Hash(key, piece))).Distinct(),
        ]);

    /// <summary>The key of this data folder, made on first use.</summary>
    public static byte[] LoadKey(string dataDir)
    {
        var path = Path.Combine(dataDir, "mask.key");
        if (!File.Exists(path))
        {
            var part = $"{path}.{Environment.ProcessId}";
            using (var file = new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            }

            File.Move(part, path, overwrite: true);
        }

        return File.ReadAllBytes(path);
    }

    /// <summary>Where secrets stand in a text, in order, touching ones as one.</summary>
    public IReadOnlyList<Range> Find(ReadOnlySpan<byte> text)
    {
        var found = new List<(int Start, int End)>();
        foreach (var group in _byLength)
        {
            var sum = 0;
            for (var i = 0; i < text.Length; i++)
            {
                sum += text[i] - (i >= group.Key ? text[i - group.Key] : 0);
                var start = i - group.Key + 1;
                if (start >= 0 && Matches(group, (byte)sum, text.Slice(start, group.Key)))
                {
                    found.Add((start, i + 1));
                }
            }
        }

        found.Sort();
        var merged = new List<Range>();
        foreach (var (start, end) in found)
        {
            if (merged.Count > 0 && merged[^1].End.Value >= start)
            {
                merged[^1] = merged[^1].Start.Value..Math.Max(end, merged[^1].End.Value);
            }
            else
            {
                merged.Add(start..end);
            }
        }

        return merged;
    }

    /// <summary>The text with three stars in place of each secret.</summary>
    public string Apply(ReadOnlySpan<byte> text)
    {
        var masked = new StringBuilder();
        var from = 0;
        foreach (var range in Find(text))
        {
            masked.Append(Encoding.UTF8.GetString(text[from..range.Start.Value])).Append("***");
            from = range.End.Value;
        }

        return masked.Append(Encoding.UTF8.GetString(text[from..])).ToString();
    }

    private bool Matches(IEnumerable<Fingerprint> candidates, byte sum, ReadOnlySpan<byte> window)
    {
        string? hash = null;
        foreach (var candidate in candidates)
        {
            if (candidate.Sum == sum && (hash ??= Hash(_key, window)) == candidate.Hash)
            {
                return true;
            }
        }

        return false;
    }

    // A log has lines, so a secret of several lines is known by each; base64 without its last group is the same whether
    // or not a line break was encoded with it; and a capability in an address is also known without the address.
    private static IEnumerable<byte[]> Pieces(byte[] secret)
    {
        foreach (var line in Split(secret, (byte)'\n'))
        {
            var piece = line is [.. var rest, (byte)'\r'] ? rest : line;
            foreach (var chunk in piece.Chunk(MaxPiece))
            {
                yield return chunk;
            }
        }

        var base64 = Convert.ToBase64String(secret, 0, secret.Length - (secret.Length % 3));
        foreach (var chunk in Encoding.ASCII.GetBytes(base64).Chunk(Base64Line).Where(chunk => chunk.Length >= 2 * MinLength))
        {
            yield return chunk;
        }

        var whole = Encoding.ASCII.GetBytes(Convert.ToBase64String(secret));
        if (whole.Length <= Base64Line && secret.Length >= MinLength)
        {
            yield return whole;
        }

        var slash = secret.AsSpan().LastIndexOf((byte)'/');
        if (slash >= 0 && secret.Length - slash > 16 && secret.Length - slash <= MaxPiece)
        {
            yield return secret[(slash + 1)..];
        }
    }

    private static IEnumerable<byte[]> Split(byte[] text, byte separator)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == separator)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
    }

    private static byte Sum(ReadOnlySpan<byte> piece)
    {
        var sum = 0;
        foreach (var value in piece)
        {
            sum += value;
        }

        return (byte)sum;
    }

    private static string Hash(byte[] key, ReadOnlySpan<byte> piece) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, piece));
}
