using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;

namespace Union.Core.Tests.ControlPlane.Clusters;

public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly ClusterIdentity Identity = new("default", "01890a5d-ac96-774b-bcce-b302099a8057");

    private readonly string _folder = Directory.CreateTempSubdirectory("union-test-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_Twice_SameKey()
    {
        using var first = Open();
        using var second = Open();

        Assert.Equal(first.KeyHash.ToArray(), second.KeyHash.ToArray());
    }

    [Fact]
    public void Open_CertificateLost_MadeAgainFromKey()
    {
        using var first = Open();
        using var issued = Issue(first);
        File.Delete(Path.Combine(_folder, "ca.crt"));

        using var second = Open();

        Assert.True(ClusterCertificate.TryRead(issued, second.Trusted, _time.GetUtcNow(), out _));
    }

    [Fact]
    public void Open_KeyLostOrReadableByOthers_Refused()
    {
        using var first = Open();
        var key = Path.Combine(_folder, "ca.key");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.Equal("key_file_open", Assert.Throws<UnionException>(Open).Reason);
        }

        File.Delete(key);

        Assert.Equal("ca_key_missing", Assert.Throws<UnionException>(Open).Reason);
    }

    [Fact]
    public void IssueClient_RequestAsksForMore_OnlyItsKeyIsUsed()
    {
        using var authority = Open();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=admin", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://union/org/other/cluster/01890a5d-ac96-774b-bcce-b302099a8057"));
        request.CertificateExtensions.Add(names.Build());

        var issued = authority.IssueClient(Identity, request.CreateSigningRequest());

        using var certificate = X509CertificateLoader.LoadCertificate(issued.Certificate);
        Assert.True(ClusterCertificate.TryRead(certificate, authority.Trusted, _time.GetUtcNow(), out var read));
        Assert.Equal(new ClusterCertificate(Identity, issued.Serial, Expired: false), read);
        Assert.Equal($"CN={Identity.ClusterId}", certificate.Subject);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(_time.GetUtcNow().AddHours(24), issued.NotAfter);
    }

    [Fact]
    public void IssueClient_OtherCurveOrOtherSignatureOrGarbage_Refused()
    {
        using var authority = Open();
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var forged = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        forged[^1] ^= 1;
        byte[][] requests =
        [
            new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA256).CreateSigningRequest(),
            new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(),
            forged, [], [1, 2, 3], new byte[5000],
        ];

        Assert.All(requests, r => Assert.Equal(
            "signing_request_invalid", Assert.Throws<UnionException>(() => authority.IssueClient(Identity, r)).Reason));
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(23.9, true, false)]
    [InlineData(24, true, true)]
    [InlineData(24 + (7 * 24), true, true)]
    [InlineData(24.1 + (7 * 24), false, false)]
    [InlineData(-1, false, false)]
    public void TryRead_ByAge_ExpiredIsReadForSevenDays(double hours, bool readable, bool expired)
    {
        using var authority = Open();
        using var certificate = Issue(authority);

        var result = ClusterCertificate.TryRead(
            certificate, authority.Trusted, _time.GetUtcNow().AddHours(hours), out var read);

        Assert.Equal((readable, expired), (result, read?.Expired ?? false));
    }

    [Fact]
    public void TryRead_ServerForeignOrAuthority_Refused()
    {
        using var authority = Open();
        using var server = authority.IssueServer();
        using var foreign = CertificateAuthority.Open(
            new CertificateAuthorityOptions { Folder = Path.Combine(_folder, "other") }, _time);
        using var other = Issue(foreign);
        using var root = X509CertificateLoader.LoadCertificate(authority.Trusted.Encoded[0]);

        Assert.All(
            [server, other, root],
            c => Assert.False(ClusterCertificate.TryRead(c, authority.Trusted, _time.GetUtcNow(), out _)));
    }

    [Fact]
    public void TryRead_OldAuthorityKeptInFolder_BothTrusted()
    {
        using var old = Open();
        using var before = Issue(old);
        File.Move(Path.Combine(_folder, "ca.crt"), Path.Combine(_folder, "trusted-1.crt"));
        File.Delete(Path.Combine(_folder, "ca.key"));

        using var authority = Open();
        using var after = Issue(authority);

        Assert.True(ClusterCertificate.TryRead(before, authority.Trusted, _time.GetUtcNow(), out _));
        Assert.True(ClusterCertificate.TryRead(after, authority.Trusted, _time.GetUtcNow(), out _));
        Assert.False(ClusterCertificate.TryRead(after, old.Trusted, _time.GetUtcNow(), out _));
    }

    [Fact]
    public void FromFirstContact_HashOfAnotherKey_Null()
    {
        using var authority = Open();
        using var server = authority.IssueServer();

        var trusted = PinnedAuthorities.FromFirstContact(server, authority.KeyHash.Span);

        Assert.True(trusted!.Issued(server, PinnedAuthorities.ServerRole, _time.GetUtcNow()));
        Assert.Null(PinnedAuthorities.FromFirstContact(server, new byte[32]));
    }

    private CertificateAuthority Open() =>
        CertificateAuthority.Open(new CertificateAuthorityOptions { Folder = _folder }, _time);

    private static X509Certificate2 Issue(CertificateAuthority authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        return X509CertificateLoader.LoadCertificate(authority.IssueClient(Identity, request).Certificate);
    }
}
