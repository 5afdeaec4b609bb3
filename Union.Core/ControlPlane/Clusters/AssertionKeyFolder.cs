using System.Security.Cryptography;
using System.Text.Json;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// The signing keys on disk: <c>assertion.key</c> in use, <c>assertion-next.key</c> staged, and the public halves in
/// order of succession in <c>assertion-keys.json</c>, which is written before a private key that relies on it is used.
/// </summary>
internal sealed class AssertionKeyFolder(string folder)
{
    private readonly string _current = Path.Combine(folder, "assertion.key");
    private readonly string _next = Path.Combine(folder, "assertion-next.key");
    private readonly string _published = Path.Combine(folder, "assertion-keys.json");

    public (ECDsa Key, IReadOnlyList<AssertionKey> Published) Read()
    {
        if (!PrivateFile.TryRead(_current, out var pem))
        {
            pem = NewKey();
            PrivateFile.Write(_current, pem);
        }

        var key = Import(pem);
        if (PrivateFile.TryRead(_published, out var json))
        {
            var published = JsonSerializer.Deserialize<List<AssertionKey>>(json) ?? [];
            if (published.Any(k => k.KeyId == AssertionKey.Thumbprint(key)))
            {
                return (key, published);
            }

            throw new UnionException(
                ErrorCode.FailedPrecondition, "assertion_keys_mismatch",
                $"'{_published}' does not list the key in '{_current}', so every cluster would refuse it.",
                "Restore both files from one backup.");
        }

        var first = new AssertionKey(AssertionKey.Thumbprint(key), key.ExportSubjectPublicKeyInfo(), [], "");
        PrivateFile.Write(_published, JsonSerializer.Serialize<List<AssertionKey>>([first]));
        return (key, [first]);
    }

    public void Stage()
    {
        if (PrivateFile.TryRead(_next, out var staged) && IsPublished(staged))
        {
            return;
        }

        var (current, published) = Read();
        using (current)
        {
            staged = NewKey();
            using var next = Import(staged);
            var spki = next.ExportSubjectPublicKeyInfo();
            var signature = current.SignData(spki, HashAlgorithmName.SHA256);
            var key = new AssertionKey(AssertionKey.Thumbprint(next), spki, signature, AssertionKey.Thumbprint(current));

            // What was staged and then lost is dropped: its private half may exist elsewhere, and it was never used.
            var kept = published.TakeWhile(k => k.KeyId != key.SignedBy).Append(
                published.First(k => k.KeyId == key.SignedBy));
            PrivateFile.Write(_next, staged);
            PrivateFile.Write(_published, JsonSerializer.Serialize<List<AssertionKey>>([.. kept, key]));
        }
    }

    public void Promote()
    {
        if (!PrivateFile.TryRead(_next, out var staged) || !IsPublished(staged))
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "assertion_key_not_staged", "No successor of the signing key is staged.");
        }

        File.Move(_next, _current, overwrite: true);
    }

    private static string NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static ECDsa Import(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }

    private bool IsPublished(string pem)
    {
        using var key = Import(pem);
        return PrivateFile.TryRead(_published, out var json)
            && json.Contains(AssertionKey.Thumbprint(key), StringComparison.Ordinal);
    }
}
