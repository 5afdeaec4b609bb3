using System.Buffers.Text;
using System.Security.Cryptography;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// Signs what the control plane says about a forwarded call. A key is replaced in two steps, so that no cluster meets a
/// signature whose key it has not been told of: <see cref="Stage"/> publishes the successor, signed by its predecessor,
/// and <see cref="Promote"/> begins to use it, some heartbeats later.
/// </summary>
public sealed class AssertionSigner : IDisposable
{
    private const string Issuer = "union";
    private const int IdBytes = 16;

    private readonly AssertionKeyFolder _folder;
    private readonly TimeProvider _time;
    private volatile Ring _ring;

    private AssertionSigner(AssertionKeyFolder folder, TimeProvider time, Ring ring) =>
        (_folder, _time, _ring) = (folder, time, ring);

    /// <summary>For Hello: every key in order of succession, so that a cluster that was long away can follow.</summary>
    public IReadOnlyList<AssertionKey> Keys => _ring.Published;

    public static AssertionSigner Open(string folder, TimeProvider time)
    {
        var keys = new AssertionKeyFolder(folder);
        return new AssertionSigner(keys, time, Ring.Of(keys));
    }

    /// <summary>An assertion for one call. Of the caller's grants only those of the route's verb travel.</summary>
    /// <param name="method">The path of the call, such as <c>/package.Service/Method</c>.</param>
    public string Sign(Principal caller, ClusterIdentity cluster, string method, Verb verb, string requestId)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new AssertionClaims
        {
            Issuer = Issuer,
            Audience = cluster.ClusterId,
            Subject = caller.Subject,
            Org = caller.Org,
            Method = method,
            RequestId = requestId,
            Grants =
            [
                .. caller.Grants.Where(g => g.Verb == verb)
                    .Select(g => new AssertionGrant { Verb = g.Verb, Project = g.Project, Domain = g.Domain }),
            ],
            IssuedAt = now,
            Expires = now + (long)Assertion.MaxLifetime.TotalSeconds,
            Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)),
        };
        var ring = _ring;
        return Assertion.Sign(claims, ring.KeyId, ring.Key);
    }

    /// <summary>Makes the successor and publishes it. A successor that is already staged stays.</summary>
    public void Stage()
    {
        _folder.Stage();
        _ring = Ring.Of(_folder);
    }

    /// <summary>Signs with the staged key from now on.</summary>
    public void Promote()
    {
        _folder.Promote();
        _ring = Ring.Of(_folder);
    }

    public void Dispose() => _ring.Key.Dispose();

    private sealed record Ring(ECDsa Key, string KeyId, IReadOnlyList<AssertionKey> Published)
    {
        public static Ring Of(AssertionKeyFolder folder)
        {
            var (key, published) = folder.Read();
            return new Ring(key, AssertionKey.Thumbprint(key), published);
        }
    }
}
