using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// Seals files under a key that is in no database. Sealed: version 1 (1 byte), nonce (12), tag (16), AES-256-GCM text; the
/// name is authenticated with it, so that no file can be put in another's place.
/// </summary>
public sealed class KeySeal
{
    /// <summary>What 'openssl rand -base64 32' prints has 44; shorter ones are words that somebody thought of.</summary>
    public const int MinCharacters = 32;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + NonceBytes + TagBytes;

    private readonly byte[] _key;

    public KeySeal(SecretValue sealingKey)
    {
        var text = Encoding.UTF8.GetBytes(sealingKey.Reveal());
        if (text.Length < MinCharacters)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "sealing_key_short",
                $"controlPlane.sealingKey has {text.Length} characters; it needs {MinCharacters} or more.",
                "Make one with: openssl rand -base64 32");
        }

        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, text, 32, info: "union sealed keys 1"u8.ToArray());
    }

    public byte[] Seal(string name, ReadOnlySpan<byte> content)
    {
        var sealedBytes = new byte[HeadBytes + content.Length];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(
            nonce, content, sealedBytes.AsSpan(HeadBytes), sealedBytes.AsSpan(1 + NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(name));
        return sealedBytes;
    }

    public byte[] Open(string name, ReadOnlySpan<byte> sealedBytes)
    {
        try
        {
            if (sealedBytes.Length >= HeadBytes && sealedBytes[0] == Version)
            {
                var content = new byte[sealedBytes.Length - HeadBytes];
                using var aes = new AesGcm(_key, TagBytes);
                aes.Decrypt(
                    sealedBytes.Slice(1, NonceBytes), sealedBytes[HeadBytes..], sealedBytes.Slice(1 + NonceBytes, TagBytes),
                    content, Encoding.UTF8.GetBytes(name));
                return content;
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            // Said below: another key, or another file.
        }

        throw new UnionException(
            ErrorCode.FailedPrecondition, "sealing_key_wrong",
            $"The key '{name}' in the database does not open with controlPlane.sealingKey.",
            "Every replica needs the sealing key with which the first one started; restore it.");
    }
}
