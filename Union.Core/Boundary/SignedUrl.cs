using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Union.Core.Boundary;

/// <summary>
/// A bearer URL for one object and one verb. A string and not a <see cref="Uri"/>, because <see cref="Uri"/> rewrites
/// "%7E" and dot segments and so breaks the signature; printing shows the host and a hash, never the path or query.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class SignedUrl(string url)
{
    private readonly string _url = url;

    /// <summary>The URL itself: only for the answer to the caller that asked for it.</summary>
    public string Reveal() => _url;

    public override string ToString()
    {
        var schemeEnd = _url.IndexOf("://", StringComparison.Ordinal);
        var hostEnd = schemeEnd < 0 ? -1 : _url.IndexOfAny(['/', '?'], schemeEnd + 3);
        var host = hostEnd < 0 ? "?" : _url[..hostEnd];
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_url)).AsSpan(0, 4));
        return $"{host}/<signed {hash}>";
    }
}
