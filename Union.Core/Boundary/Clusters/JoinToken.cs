using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Union.Core.Boundary.Clusters;

/// <summary>
/// What an operator carries from the control plane to a new cluster: where to dial, whom to trust there, and a secret
/// that is good for one enrolment. The text is <c>union1_</c> and base64url of: SHA-256 of the CA's public key (32
/// bytes), secret (32 bytes), first 4 bytes of the SHA-256 of all else (a token that lost its end is told from a wrong
/// one), then id, address and cluster name as UTF-8 lines.
/// </summary>
public sealed record JoinToken
{
    public const int SecretBytes = 32;

    private const string Prefix = "union1_";
    private const int MaxLength = 1024;
    private const int ChecksumBytes = 4;
    private const int FixedBytes = SHA256.HashSizeInBytes + SecretBytes + ChecksumBytes;

    private readonly byte[] _authorityHash;

    public JoinToken(string address, string clusterName, ReadOnlySpan<byte> authorityHash, string id, SecretValue secret)
    {
        if (!IsAddress(address) || !Names.IsResource(clusterName) || !Names.IsResource(id)
            || authorityHash.Length != SHA256.HashSizeInBytes || !TryDecode(secret.Reveal(), out var bytes)
            || bytes.Length != SecretBytes)
        {
            throw new ArgumentException("A part of the join token is malformed.", nameof(address));
        }

        (Address, ClusterName, Id, Secret) = (address, clusterName, id, secret);
        _authorityHash = authorityHash.ToArray();
    }

    /// <summary>The cluster port of the control plane, <c>host:port</c>.</summary>
    public string Address { get; }

    public string ClusterName { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo of the only CA to trust at first contact.</summary>
    public ReadOnlySpan<byte> AuthorityHash => _authorityHash;

    public string Id { get; }

    /// <summary>256 random bits, base64url.</summary>
    public SecretValue Secret { get; }

    public static SecretValue NewSecret() =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    public static bool TryParse(string? text, [NotNullWhen(true)] out JoinToken? token)
    {
        token = null;
        text = text?.Trim();
        if (text is null || text.Length > MaxLength || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !TryDecode(text[Prefix.Length..], out var bytes) || bytes.Length <= FixedBytes)
        {
            return false;
        }

        var lines = Encoding.UTF8.GetString(bytes.AsSpan(FixedBytes)).Split('\n');
        if (lines is not [var id, var address, var name] || !IsAddress(address) || !Names.IsResource(id)
            || !Names.IsResource(name)
            || !bytes.AsSpan(FixedBytes - ChecksumBytes, ChecksumBytes).SequenceEqual(Checksum(bytes)))
        {
            return false;
        }

        var secret = Base64Url.EncodeToString(bytes.AsSpan(SHA256.HashSizeInBytes, SecretBytes));
        token = new JoinToken(address, name, bytes.AsSpan(0, SHA256.HashSizeInBytes), id, new SecretValue(secret));
        return true;
    }

    /// <summary>The text that an operator copies. It holds the secret.</summary>
    public SecretValue Format()
    {
        var rest = Encoding.UTF8.GetBytes($"{Id}\n{Address}\n{ClusterName}");
        byte[] bytes =
        [
            .. _authorityHash, .. Base64Url.DecodeFromChars(Secret.Reveal()), .. new byte[ChecksumBytes], .. rest,
        ];
        Checksum(bytes).CopyTo(bytes.AsSpan(FixedBytes - ChecksumBytes));
        return new SecretValue(Prefix + Base64Url.EncodeToString(bytes));
    }

    public override string ToString() => $"join token {Id} of cluster {ClusterName} for {Address}";

    private static byte[] Checksum(byte[] token)
    {
        var rest = token.AsSpan(FixedBytes);
        return SHA256.HashData([.. token.AsSpan(0, FixedBytes - ChecksumBytes), .. rest])[..ChecksumBytes];
    }

    private static bool IsAddress(string address) => HostAndPort.TryParse(address, out _);

    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
        return bytes is not null;
    }
}
