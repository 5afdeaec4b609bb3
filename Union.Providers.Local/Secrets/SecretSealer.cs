using System.Security.Cryptography;
using System.Text;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Secrets;

/// <summary>
/// Seals secrets with AES-256-GCM under keys derived from one key file. A sealed box is
/// nonce (12 bytes) | tag (16 bytes) | ciphertext.
/// </summary>
internal sealed class SecretSealer
{
    public const int Overhead = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _sealing;
    private readonly byte[] _naming;

    public SecretSealer(ReadOnlySpan<byte> key)
    {
        _sealing = Derive(key, "union secret values 1");
        _naming = Derive(key, "union secret names 1");
    }

    /// <summary>A file name that tells nothing of the secret's name and is its alone.</summary>
    public string FileNameOf(SecretName name) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_naming, Encoding.UTF8.GetBytes(TextOf(name))));

    /// <summary>A name and scope as one text. Names hold no line break, and null differs from any of them.</summary>
    public static string TextOf(SecretName name) =>
        $"{name.Scope.Org}\n{name.Scope.Project ?? ""}\n{name.Scope.Domain ?? ""}\n{name.Name}";

    public byte[] Seal(ReadOnlySpan<byte> plain, string bound)
    {
        var box = new byte[Overhead + plain.Length];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_sealing, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(Overhead), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(bound));
        return box;
    }

    /// <summary>The content of a box, or CryptographicException where it was changed or is bound to something else.</summary>
    public byte[] Open(ReadOnlySpan<byte> box, string bound)
    {
        if (box.Length < Overhead)
        {
            throw new CryptographicException("The box is too short.");
        }

        var plain = new byte[box.Length - Overhead];
        using var aes = new AesGcm(_sealing, TagBytes);
        aes.Decrypt(
            box[..NonceBytes], box[Overhead..], box.Slice(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(bound));
        return plain;
    }

    private static byte[] Derive(ReadOnlySpan<byte> key, string purpose)
    {
        var derived = new byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, Encoding.ASCII.GetBytes(purpose));
        return derived;
    }
}
