using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Host.Listening;
using Union.Testing;

namespace Union.Host.Tests.Listening;

public sealed class TlsPortTests
{
    private const string Files = "    tls: {certificate: \"{folder}/tls.crt\", key: \"{folder}/tls.key\"}";

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Certificate_OfTheFile_BothVersionsServed(string version)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(
            clients: Files, prepare: f => ControlPlaneFixture.WriteCertificate(f, "of-the-file"));
        string? subject = null;
        using var client = Client(c => subject = c.Subject);
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        using var response = await plane.ListProjectsAsync(client, scheme: "https");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("CN=of-the-file", subject);
    }

    [Fact]
    public async Task Protocols_AsSslscanSeesThem_OnlyNewOnesAndStrongSuites()
    {
        await using var plane = await ControlPlaneFixture.StartAsync(
            clients: Files, prepare: f => ControlPlaneFixture.WriteCertificate(f, "scanned"));

        var report = await SslscanAsync(plane.Port);

        Assert.Matches(@"TLSv1\.2\s+enabled", report);
        Assert.Matches(@"TLSv1\.3\s+enabled", report);
        foreach (var old in new[] { "SSLv2", "SSLv3", @"TLSv1\.0", @"TLSv1\.1" })
        {
            Assert.Matches($@"{old}\s+disabled", report);
        }

        var suites = report.Split('\n').Where(l => l.StartsWith("Accepted", StringComparison.Ordinal)
            || l.StartsWith("Preferred", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(suites);
        Assert.All(suites, s => Assert.Matches("GCM|CHACHA20", s));
        Assert.All(suites.Where(s => s.Contains("TLSv1.2", StringComparison.Ordinal)), s => Assert.Contains("ECDHE", s, StringComparison.Ordinal));
    }

    [Fact]
    public void Certificate_FilesReplaced_ReadAgainWithoutRestart()
    {
        using var folder = new TemporaryFolder();
        ControlPlaneFixture.WriteCertificate(folder, "first");
        var time = new FakeTimeProvider();
        using var files = new CertificateFiles(folder["tls.crt"], folder["tls.key"], time, NullLogger<CertificateFiles>.Instance);
        var before = files.Current.TargetCertificate.Subject;

        ControlPlaneFixture.WriteCertificate(folder, "second");
        File.SetLastWriteTimeUtc(folder["tls.crt"], new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var atOnce = files.Current.TargetCertificate.Subject;
        time.Advance(TimeSpan.FromSeconds(6));
        var later = files.Current.TargetCertificate.Subject;

        Assert.Equal(("CN=first", "CN=first", "CN=second"), (before, atOnce, later));
    }

    [Fact]
    public void Certificate_ReplacedByHalf_OldOneStaysUntilBothAreThere()
    {
        using var folder = new TemporaryFolder();
        ControlPlaneFixture.WriteCertificate(folder, "first");
        var time = new FakeTimeProvider();
        using var files = new CertificateFiles(folder["tls.crt"], folder["tls.key"], time, NullLogger<CertificateFiles>.Instance);
        using var other = new TemporaryFolder();
        ControlPlaneFixture.WriteCertificate(other, "second");

        File.Copy(other["tls.crt"], folder["tls.crt"], overwrite: true);
        File.SetLastWriteTimeUtc(folder["tls.crt"], new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        time.Advance(TimeSpan.FromSeconds(6));
        var half = files.Current.TargetCertificate.Subject;
        File.Copy(other["tls.key"], folder["tls.key"], overwrite: true);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(("CN=first", "CN=second"), (half, files.Current.TargetCertificate.Subject));
    }

    [Fact]
    public async Task Certificate_Missing_PlaneDoesNotStart()
    {
        var thrown = await Assert.ThrowsAsync<UnionException>(() => ControlPlaneFixture.StartAsync(clients: Files));

        Assert.Equal("certificate_unusable", thrown.Reason);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "https", HttpStatusCode.OK)]
    [InlineData("127.0.0.0/8", "http", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.0/8", null, HttpStatusCode.Forbidden)]
    [InlineData("10.0.0.0/8", "https", HttpStatusCode.Forbidden)]
    public async Task Proxy_NamedAndOverHttps_Served(string network, string? forwarded, HttpStatusCode expected)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(clients: $"    tls: {{proxies: [{network}]}}");
        using var client = new HttpClient();

        using var response = await plane.ListProjectsAsync(
            client, headers: forwarded is null ? [] : [("X-Forwarded-Proto", forwarded)]);

        Assert.Equal(expected, response.StatusCode);
    }

    private static HttpClient Client(Action<X509Certificate2> seen) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // The test looks at the certificate itself.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                seen((X509Certificate2)certificate!);
                return true;
            },
#pragma warning restore CA5359
        },
    });

    private static async Task<string> SslscanAsync(int port)
    {
        var start = new ProcessStartInfo(
            "sslscan", ["--no-colour", "--no-heartbleed", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"])
        {
            RedirectStandardOutput = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var report = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return report;
        }
        catch (Win32Exception)
        {
            Assert.Skip("sslscan is not installed");
            throw;
        }
    }
}
