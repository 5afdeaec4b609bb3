using System.Net.Security;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Union.Contracts.Cluster.V1;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;
using CertificateAuthority = Union.Core.ControlPlane.Clusters.CertificateAuthority;
using CertificateAuthorityOptions = Union.Core.ControlPlane.Clusters.CertificateAuthorityOptions;

namespace Union.Host.Tests.Tunnel.Accepting;

public sealed class ClusterPortTests
{
    [Fact]
    public async Task Hello_CertificateOfOurs_Welcome()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        using var certificate = RawPeer.NewCertificate(control.Authority);

        Assert.Equal(Hello.Welcome, await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel));
    }

    [Fact]
    public async Task Hello_PlaintextOrNoCertificateOrUnknownProtocol_Closed()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        using var certificate = RawPeer.NewCertificate(control.Authority);

        Assert.Equal(-1, await RawPeer.PlainAsync(control.Port));
        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, null, Alpn.Tunnel));
        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, null, Alpn.Coordinator));
        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, certificate, SslApplicationProtocol.Http11));
        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel, hello: 9));
    }

    [Fact]
    public async Task Hello_ForeignAuthority_Closed()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        using var foreign = CertificateAuthority.Open(
            new CertificateAuthorityOptions { Folder = folder.Path }, TimeProvider.System);
        using var certificate = RawPeer.NewCertificate(foreign);

        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel));
    }

    [Fact]
    public async Task Hello_ServerCertificateAsClient_Closed()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        using var certificate = control.Authority.IssueServer();

        Assert.Equal(-1, await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel));
    }

    [Fact]
    public async Task Hello_Revoked_NotAdmitted()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        var id = Guid.CreateVersion7().ToString();
        using var certificate = RawPeer.NewCertificate(control.Authority, id);
        control.Revoke(id);

        Assert.Equal(Hello.NotAdmitted, await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel));
    }

    [Fact]
    public async Task Hello_ExpiredADay_ExpiredButAfterSevenDaysClosed()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var control = await ControlPlaneFixture.StartAsync(time);
        using var certificate = RawPeer.NewCertificate(control.Authority);

        time.Advance(TimeSpan.FromDays(2));
        var early = await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel);
        time.Advance(TimeSpan.FromDays(7));
        var late = await RawPeer.HelloAsync(control.Port, certificate, Alpn.Tunnel);

        Assert.Equal((Hello.Expired, -1), (early, late));
    }

    [Fact]
    public async Task Coordinator_ExpiredADay_OnlyRenewIsServedAndBringsNewCertificate()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var control = await ControlPlaneFixture.StartAsync(time);
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        using var dialer = new ControlPlaneDialer(time, NullLoggerFactory.Instance);
        using var channel = new CoordinatorChannel(
            dialer, new ControlPlaneAddresses(credentials.Current.ControlPlane), credentials);
        var client = new Coordinator.CoordinatorClient(channel.CallInvoker);
        time.Advance(TimeSpan.FromDays(2));

        var refused = await Assert.ThrowsAsync<RpcException>(() => client.HelloAsync(
                new HelloRequest(), cancellationToken: TestContext.Current.CancellationToken).ResponseAsync);
        await credentials.RenewAsync(Renewal(client), TestContext.Current.CancellationToken);
        var answer = await HelloUntilServedAsync(client);

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Equal(credentials.Current.Identity.ClusterId, answer.ClusterId);
        Assert.Equal(
            credentials.Current.Certificate.Thumbprint,
            ClusterCredentials.TryOpen(folder.Path, time)!.Current.Certificate.Thumbprint);
    }

    [Fact]
    public async Task Disconnect_OpenTunnel_LostAndNotAdmittedAgain()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        await using var cluster = await ClusterFixture.StartAsync(await ClusterFixture.EnrollAsync(control, folder.Path));
        await control.NextConnectedAsync();

        control.Revoke(cluster.Id);
        var lost = await control.NextLostAsync();

        Assert.Equal(cluster.Id, lost.ClusterId);
        Assert.False(control.Registry.IsOnline(cluster.Id));
    }

    [Fact]
    public async Task WaitOnline_TunnelOnItsWay_EndsOnceCallsReachTheCluster()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        var id = credentials.Current.Identity.ClusterId;

        var online = control.Registry.WaitOnlineAsync(id, TestContext.Current.CancellationToken);
        Assert.False(online.IsCompleted);
        await using var cluster = await ClusterFixture.StartAsync(credentials);
        await online;

        Assert.Equal(id, control.Registry.Pick(id).Cluster.ClusterId);
    }

    [Fact]
    public async Task WaitOnline_NoTunnel_EndsAfterFiveSecondsAllTheSame()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var control = await ControlPlaneFixture.StartAsync(time);

        var online = control.Registry.WaitOnlineAsync("nobody", TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(online.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await online;

        Assert.False(control.Registry.IsOnline("nobody"));
    }

    private static RenewCertificate Renewal(Coordinator.CoordinatorClient client) => async (request, cancellationToken) =>
    {
        var answer = await client.RenewAsync(
            new RenewRequest { SigningRequest = Google.Protobuf.ByteString.CopyFrom(request) },
            cancellationToken: cancellationToken);
        return new RenewedCertificate(
            answer.Certificate.ToByteArray(), [.. answer.CaBundle.Select(c => c.ToByteArray())]);
    };

    // The old connection ends right after the renewal; a call that was already on it may still be refused.
    private static async Task<HelloResponse> HelloUntilServedAsync(Coordinator.CoordinatorClient client)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await client.HelloAsync(
                    new HelloRequest(), cancellationToken: TestContext.Current.CancellationToken);
            }
            catch (RpcException) when (attempt < 20)
            {
                await Task.Yield();
            }
        }
    }
}
