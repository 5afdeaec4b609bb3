using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// What a task shows at the cluster's local endpoint: 256 random bits in the address it was given, good for its own
/// action while its attempt runs. Only the hash is kept.
/// </summary>
public static class Capability
{
    public static SecretValue New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));
}
