using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Secrets;

/// <summary>
/// The file of one secret: length of the head's box (2 bytes, big endian) | box of the head | box of the value. The
/// head holds name, scope, version and creation, so that a listing opens heads only; the value's box is bound to its
/// head, so that neither can be exchanged for another's.
/// </summary>
internal sealed record SealedSecret(SecretName Name, string Version, DateTimeOffset Created, ReadOnlyMemory<byte> ValueBox)
{
    /// <summary>Longest box of a head: five names of at most 127 characters and two instants.</summary>
    public const int MaxHead = 1024;

    private const string HeadPurpose = "head";

    public static byte[] Write(
        SecretSealer sealer, SecretName name, string version, DateTimeOffset created, ReadOnlySpan<byte> value)
    {
        var head = HeadOf(name, version, created);
        var headBox = sealer.Seal(Encoding.UTF8.GetBytes(head), HeadPurpose);
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)headBox.Length));
        return [.. length, .. headBox, .. sealer.Seal(value, head)];
    }

    public static SealedSecret Read(SecretSealer sealer, ReadOnlyMemory<byte> file)
    {
        if (file.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16BigEndian(file.Span) + sizeof(ushort) > file.Length)
        {
            throw new CryptographicException("The file is too short.");
        }

        var headEnd = sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(file.Span);
        var head = Encoding.UTF8.GetString(sealer.Open(file.Span[sizeof(ushort)..headEnd], HeadPurpose)).Split('\n');
        var scope = new SecretScope(head[0], Optional(head[1]), Optional(head[2]));
        var created = DateTimeOffset.Parse(head[5], CultureInfo.InvariantCulture);
        return new SealedSecret(new SecretName(scope, head[3]), head[4], created, file[headEnd..]);
    }

    public SecretBytes OpenValue(SecretSealer sealer) =>
        new(sealer.Open(ValueBox.Span, HeadOf(Name, Version, Created)));

    private static string HeadOf(SecretName name, string version, DateTimeOffset created) =>
        $"{SecretSealer.TextOf(name)}\n{version}\n{created.ToString("O", CultureInfo.InvariantCulture)}";

    private static string? Optional(string text) => text.Length == 0 ? null : text;
}
