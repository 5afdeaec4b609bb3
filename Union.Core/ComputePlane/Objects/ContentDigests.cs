using System.Security.Cryptography;
using System.Text;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Boundary;
using Task = System.Threading.Tasks.Task;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Tells files that a task laid into its run's folder apart by what is in them: their references differ at every run. The
/// keyed digest of a file stands beside it.
/// </summary>
public sealed class ContentDigests(IObjectStore store, ProjectFence fence, KeyedDigest digests)
{
    private const string Suffix = ".digest";

    /// <summary>Puts a file and its digest.</summary>
    public async Task PutAsync(string org, ObjectKey key, Stream content, CancellationToken cancellationToken)
    {
        using var hash = SHA256.Create();
        // The store reads what goes through the hash, so that nothing is held.
        await using (var hashed = new CryptoStream(content, hash, CryptoStreamMode.Read, leaveOpen: true))
        {
            await store.PutAsync(key, hashed, PutMode.CreateOnly, cancellationToken);
        }

        var digest = digests.Of(org, hash.Hash);
        await store.EnsureAsync(SidecarOf(key), Encoding.ASCII.GetBytes(digest), cancellationToken);
    }

    /// <summary>The inputs with what is in such files in place of where they are.</summary>
    public async Task<Inputs> NamedByContentAsync(ProjectScope scope, Inputs inputs, CancellationToken cancellationToken)
    {
        var named = inputs.Clone();
        foreach (var blob in named.Literals.Select(l => l.Value?.Scalar?.Blob).OfType<Blob>())
        {
            if (fence.TryResolve(scope, blob.Uri, out var key) && IsTasks(key)
                && await store.ReadAsync(SidecarOf(key), 64, cancellationToken) is { Length: 64 } digest)
            {
                blob.Uri = "content:" + Encoding.ASCII.GetString(digest);
            }
        }

        return named;
    }

    private static bool IsTasks(ObjectKey key) => key.ToString().Split('/') is [.., "files", _];

    private static ObjectKey SidecarOf(ObjectKey key) => ObjectKey.Parse(key + Suffix);
}
