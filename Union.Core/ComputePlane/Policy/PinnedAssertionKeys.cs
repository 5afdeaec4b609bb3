using System.Security.Cryptography;
using System.Text.Json;
using Union.Core.Boundary.Clusters;

namespace Union.Core.ComputePlane.Policy;

/// <summary>
/// The keys whose assertions this cluster accepts. The first are those of the first Hello after enrolment; later ones
/// are believed only when a key that is already here signed them, so that whoever takes over the control plane's
/// database or name cannot bring a key of their own.
/// </summary>
public sealed class PinnedAssertionKeys
{
    // The one in use and its neighbour: a retired key must not be good for ever.
    private const int Accepted = 2;
    private const int MaxKeys = 100;

    private readonly string _path;
    private readonly Lock _gate = new();
    private IReadOnlyList<(AssertionKey Record, ECDsa Key)> _keys;

    private PinnedAssertionKeys(string path, IReadOnlyList<(AssertionKey, ECDsa)> keys) => (_path, _keys) = (path, keys);

    /// <summary>Reads what was pinned before, from the cluster's data folder.</summary>
    public static PinnedAssertionKeys Open(string path)
    {
        var records = PrivateFile.TryRead(path, out var json)
            ? JsonSerializer.Deserialize<List<AssertionKey>>(json) ?? []
            : [];
        return new PinnedAssertionKeys(path, [.. Imported(records)]);
    }

    /// <summary>Takes what Hello offers, in order of succession; answers the ids of those that were not believed.</summary>
    public IReadOnlyList<string> Accept(IReadOnlyList<AssertionKey> offered)
    {
        lock (_gate)
        {
            var first = _keys.Count == 0;
            var pinned = _keys.ToList();
            var refused = new List<string>();
            foreach (var (record, key) in Imported(offered.Take(MaxKeys)))
            {
                if (pinned.Any(k => k.Record.KeyId == record.KeyId))
                {
                    continue;
                }

                var parent = pinned.Find(k => k.Record.KeyId == record.SignedBy).Key;
                if (first || parent?.VerifyData(record.PublicKey, record.Signature, HashAlgorithmName.SHA256) == true)
                {
                    pinned.Add((record, key));
                }
                else
                {
                    refused.Add(record.KeyId);
                }
            }

            if (pinned.Count != _keys.Count)
            {
                PrivateFile.Write(_path, JsonSerializer.Serialize(pinned.Select(k => k.Record).ToList()));
                Volatile.Write(ref _keys, pinned);
            }

            return refused;
        }
    }

    internal ECDsa? Find(string keyId)
    {
        var keys = Volatile.Read(ref _keys);
        foreach (var (record, key) in keys.Skip(keys.Count - Accepted))
        {
            if (record.KeyId == keyId)
            {
                return key;
            }
        }

        return null;
    }

    private static IEnumerable<(AssertionKey Record, ECDsa Key)> Imported(IEnumerable<AssertionKey> records)
    {
        foreach (var record in records)
        {
#pragma warning disable CA2000 // Pinned for the life of the process.
            if (record.TryImport(out var key))
#pragma warning restore CA2000
            {
                yield return (record, key);
            }
        }
    }
}
