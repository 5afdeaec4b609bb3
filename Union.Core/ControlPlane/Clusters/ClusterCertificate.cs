using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>What a client certificate of ours says about the cluster that presents it.</summary>
/// <param name="Serial">Upper-case hexadecimal.</param>
/// <param name="Expired">Ended within <see cref="Grace"/>: good for a renewal and nothing else.</param>
public sealed partial record ClusterCertificate(ClusterIdentity Identity, string Serial, bool Expired)
{
    /// <summary>A day's outage of the control plane must not lose every cluster.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    private const int UriTag = 6;

    public static bool TryRead(
        X509Certificate2 certificate, PinnedAuthorities authorities, DateTimeOffset now,
        [NotNullWhen(true)] out ClusterCertificate? read)
    {
        read = null;
        DateTimeOffset end = certificate.NotAfter.ToUniversalTime();
        var expired = now >= end;
        if (expired && now > end + Grace)
        {
            return false;
        }

        if (!authorities.Issued(certificate, PinnedAuthorities.ClientRole, expired ? end.AddSeconds(-1) : now)
            || !TryReadName(certificate, out var identity))
        {
            return false;
        }

        read = new ClusterCertificate(identity, certificate.SerialNumber, expired);
        return true;
    }

    internal static string NameOf(ClusterIdentity identity) =>
        $"spiffe://union/org/{identity.Org}/cluster/{identity.ClusterId}";

    private static bool TryReadName(X509Certificate2 certificate, [NotNullWhen(true)] out ClusterIdentity? identity)
    {
        identity = null;
        if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToArray() is not [var extension])
        {
            return false;
        }

        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            var uri = names.ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, UriTag));
            var match = NamePattern().Match(uri);
            if (names.HasData || !match.Success)
            {
                return false;
            }

            identity = new ClusterIdentity(match.Groups[1].Value, match.Groups[2].Value);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    [GeneratedRegex(
        @"\Aspiffe://union/org/([A-Za-z0-9._-]{1,63})/cluster/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
