using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tests.Tunnel.Enrolling;

public sealed class CredentialRenewalTests
{
    [Fact]
    public async Task RenewOnce_BeforeAndAfterHalfLife_OnlyThenAsked()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var control = await ControlPlaneFixture.StartAsync(time);
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        var first = credentials.Current.Certificate.Thumbprint;
        var asked = 0;
        using var renewal = new CredentialRenewal(
            credentials,
            (request, _) =>
            {
                asked++;
                var issued = control.Authority.IssueClient(credentials.Current.Identity, request);
                return Task.FromResult(new RenewedCertificate(issued.Certificate, control.Authority.Trusted.Encoded));
            },
            time, NullLogger<CredentialRenewal>.Instance);

        time.Advance(TimeSpan.FromHours(11.9));
        Assert.True(await renewal.RenewOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, asked);
        time.Advance(TimeSpan.FromHours(0.1));
        Assert.True(await renewal.RenewOnceAsync(TestContext.Current.CancellationToken));

        Assert.Equal(1, asked);
        Assert.NotEqual(first, credentials.Current.Certificate.Thumbprint);
        Assert.Equal(time.GetUtcNow().AddHours(24), credentials.Current.NotAfter, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task RenewOnce_ControlPlaneAway_OldCredentialsStay()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var control = await ControlPlaneFixture.StartAsync(time);
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        var first = credentials.Current;
        using var renewal = new CredentialRenewal(
            credentials, (_, _) => throw new IOException("away"), time, NullLogger<CredentialRenewal>.Instance);
        time.Advance(TimeSpan.FromHours(20));

        Assert.False(await renewal.RenewOnceAsync(TestContext.Current.CancellationToken));

        Assert.Same(first, credentials.Current);
    }

    [Fact]
    public async Task Open_DiedBetweenCertificateAndKey_Mended()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        var oldKey = await File.ReadAllTextAsync(folder.In("cluster.key"), TestContext.Current.CancellationToken);
        await credentials.RenewAsync(
            (request, _) =>
            {
                var issued = control.Authority.IssueClient(credentials.Current.Identity, request);
                return Task.FromResult(new RenewedCertificate(issued.Certificate, control.Authority.Trusted.Encoded));
            },
            TestContext.Current.CancellationToken);
        File.Move(folder.In("cluster.key"), folder.In("cluster-next.key"));
        Core.Boundary.Clusters.PrivateFile.Write(folder.In("cluster.key"), oldKey);

        var opened = ClusterCredentials.TryOpen(folder.Path, TimeProvider.System);

        Assert.Equal(credentials.Current.Certificate.Thumbprint, opened!.Current.Certificate.Thumbprint);
        Assert.False(File.Exists(folder.In("cluster-next.key")));
    }
}
