using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Execution;

/// <summary>How a piece of a secret is known again without being kept.</summary>
/// <param name="Sum">A keyed sum of its bytes: spares the keyed hash for all but one window in 65,536.</param>
internal sealed record Fingerprint(int Length, ushort Sum, string Hash);

/// <summary>
/// Replaces secrets in log lines. It holds keyed fingerprints only, so the same mask is there after a restart, when the
/// values are not: the attempt's record may keep it, the key lies in another file of the data folder.
/// </summary>
internal sealed class SecretMask
{
    /// <summary>Shorter ones occur by chance everywhere, so masking them would hide the log and not the secret.</summary>
    public const int MinLength = 4;

    /// <summary>The longest text that is known as one.</summary>
    public const int MaxPiece = SecretShapes.MaxPiece;

    private const int KeyBytes = 32;

    private readonly byte[] _key;
    private readonly ushort[] _weights;
    private readonly (int Length, ILookup<ushort, string> Hashes)[] _byLength;

    public SecretMask(byte[] key, IReadOnlyList<Fingerprint> fingerprints)
    {
        _key = key;
        Fingerprints = fingerprints;
        _weights = WeightsOf(key);
        _byLength =
        [
            .. fingerprints.GroupBy(fingerprint => fingerprint.Length)
                .Select(group => (group.Key, group.ToLookup(f => f.Sum, f => f.Hash))),
        ];
    }

    public IReadOnlyList<Fingerprint> Fingerprints { get; }

    public static SecretMask Of(byte[] key, IEnumerable<SecretBytes> secrets)
    {
        var weights = WeightsOf(key);
        return new SecretMask(
            key,
            [
                .. secrets.SelectMany(secret => SecretShapes.Of(secret.Reveal().ToArray())).Where(piece => piece.Length >= MinLength)
                    .Select(piece => new Fingerprint(piece.Length, Sum(weights, piece), Hash(key, piece))).Distinct(),
            ]);
    }

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
        foreach (var (length, hashes) in _byLength)
        {
            var sum = 0;
            for (var i = 0; i < text.Length; i++)
            {
                sum += _weights[text[i]] - (i >= length ? _weights[text[i - length]] : 0);
                var start = i - length + 1;
                if (start >= 0 && hashes.Contains((ushort)sum) && hashes[(ushort)sum].Contains(Hash(_key, text.Slice(start, length))))
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
    public string Apply(ReadOnlySpan<byte> text) => Apply(text, 0);

    /// <summary>
    /// The end of a text of which the beginning is away. What stands first may be the rest of a secret, which nobody
    /// can know again, so as much is left out as one piece may have.
    /// </summary>
    public string ApplyToEnd(ReadOnlySpan<byte> text) => Apply(text, Math.Min(MaxPiece, text.Length));

    private string Apply(ReadOnlySpan<byte> text, int from)
    {
        var masked = new StringBuilder();
        foreach (var range in Find(text))
        {
            if (range.End.Value <= from)
            {
                continue;
            }

            if (range.Start.Value < from)
            {
                from = range.End.Value;
                continue;
            }

            masked.Append(Encoding.UTF8.GetString(text[from..range.Start.Value])).Append("***");
            from = range.End.Value;
        }

        return masked.Append(Encoding.UTF8.GetString(text[from..])).ToString();
    }

    private static ushort Sum(ushort[] weights, ReadOnlySpan<byte> piece)
    {
        var sum = 0;
        foreach (var value in piece)
        {
            sum += weights[value];
        }

        return (ushort)sum;
    }

    // Keyed, so that a record tells nothing of a secret's bytes to whoever lacks the key.
    private static ushort[] WeightsOf(byte[] key)
    {
        var weights = new ushort[256];
        HKDF.Expand(HashAlgorithmName.SHA256, HMACSHA256.HashData(key, "mask"u8), MemoryMarshal.AsBytes(weights.AsSpan()), "sum"u8);
        return weights;
    }

    private static string Hash(byte[] key, ReadOnlySpan<byte> piece) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, piece));
}
