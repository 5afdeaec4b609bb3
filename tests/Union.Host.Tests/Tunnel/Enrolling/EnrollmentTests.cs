using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tests.Tunnel.Enrolling;

public sealed class EnrollmentTests
{
    [Fact]
    public async Task Enroll_FreshToken_CredentialsOnDiskForOwnerOnly()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();

        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);

        var again = ClusterCredentials.TryOpen(folder.Path, TimeProvider.System);
        Assert.Equal(credentials.Current.Identity, again!.Current.Identity);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File modes are of Unix.");
#pragma warning disable CA1416 // Skipped above.
        Assert.All(
            Directory.GetFiles(folder.Path),
            f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task Enroll_UsedOrUnknownToken_SameRefusal()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        var used = control.NewToken();
        await EnrollAsync(used);
        var unknown = new JoinToken(control.Address, "edge", control.Authority.KeyHash.Span, "nobody", JoinToken.NewSecret());

        var first = await Assert.ThrowsAsync<UnionException>(() => EnrollAsync(used));
        var second = await Assert.ThrowsAsync<UnionException>(() => EnrollAsync(unknown));

        Assert.Equal("join_token_refused", first.Reason);
        var (a, b) = ((RpcException)first.InnerException!, (RpcException)second.InnerException!);
        Assert.Equal(a.Status.Detail, b.Status.Detail);
        Assert.Equal(a.StatusCode, b.StatusCode);
    }

    [Fact]
    public async Task Enroll_WrongPin_SecretIsNotSent()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        var good = control.NewToken();
        var wrong = new JoinToken(control.Address, "edge", new byte[32], good.Id, good.Secret);

        var e = await Assert.ThrowsAsync<UnionException>(() => EnrollAsync(wrong));

        Assert.Equal("control_plane_untrusted", e.Reason);
        Assert.True(control.Tokens.ContainsKey(good.Id));
    }

    [Fact]
    public async Task Dial_ControlPlaneWithClientCertificate_Untrusted()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        using var impostor = RawPeer.NewCertificate(control.Authority);

        using var server = control.Authority.IssueServer();

        Assert.True(credentials.Current.Trusts(server));
        Assert.False(credentials.Current.Trusts(impostor));
    }

    [Fact]
    public async Task EnrollConnection_OtherMethods_Unimplemented()
    {
        await using var control = await ControlPlaneFixture.StartAsync();
        using var dialer = new ControlPlaneDialer(TimeProvider.System, NullLoggerFactory.Instance);
        Assert.True(HostAndPort.TryParse(control.Address, out var address));
        await using var dialled = await dialer.DialAsync(
            address, Alpn.Enroll, null, _ => true, TestContext.Current.CancellationToken);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress("http://x", new Grpc.Net.Client.GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(dialled.Tls) },
            DisposeHttpClient = true,
        });

        var e = await Assert.ThrowsAsync<RpcException>(
            () => new Coordinator.CoordinatorClient(channel).RenewAsync(
                new RenewRequest(), cancellationToken: TestContext.Current.CancellationToken).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    private static async Task EnrollAsync(JoinToken token)
    {
        using var folder = new TemporaryFolder();
        using var dialer = new ControlPlaneDialer(TimeProvider.System, NullLoggerFactory.Instance);
        await ClusterCredentials.EnrollAsync(
            token, folder.Path, new EnrollClient(dialer, TimeProvider.System), TimeProvider.System,
            TestContext.Current.CancellationToken);
    }
}
