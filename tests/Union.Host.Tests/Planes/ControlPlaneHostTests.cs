using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Contracts.Admin.V1;
using Union.Core.Boundary.Clusters;
using Union.Host.Configuration;
using Union.Host.Planes;
using Union.Host.Planes.Control;
using Union.Host.Tests.Tunnel;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tests.Planes;

/// <summary>The control plane as it is put together for real: what stands behind which of its ports.</summary>
public sealed class ControlPlaneHostTests : IAsyncLifetime
{
    private const string NotServed = "This port does not serve that method.";

    private readonly TemporaryFolder _folder = new();
    private readonly ControlPlaneDialer _dialer = new(TimeProvider.System, NullLoggerFactory.Instance);
    private WebApplication _app = null!;

    public static TheoryData<string> ClientCalls =>
    [
        "/flyteidl2.workflow.RunService/ListRuns",
        "/union.admin.v1.ClusterAdminService/CreateJoinToken",
        "/dp/0b8c1a52-53d5-4c6d-9c42-0c8a0b4a3d11/flyteidl2.dataproxy.DataProxyService/TailLogs",
    ];

    private Uri Clients => Address("http://127.0.0.1");

    private HostAndPort Clusters =>
        HostAndPort.TryParse(Address("https://").Authority, out var address) ? address : throw new InvalidOperationException();

    public async ValueTask InitializeAsync()
    {
        var environment = new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = _folder.Path });
        var loaded = new ConfigurationLoader(environment)
            .Load(
                "union.yaml",
                $$"""
                version: 1
                controlPlane:
                  auth: none
                  dataDir: {{_folder.In("data")}}
                  clients: {listen: 127.0.0.1:0}
                  clusters: {listen: 127.0.0.1:0, publicAddress: "127.0.0.1:1"}
                  ops: {listen: 127.0.0.1:0}
                """,
                null);
        _app = await ControlPlaneHost.StartAsync(
            loaded.Configuration.ControlPlane, loaded.Configuration.Telemetry, new PlaneSurroundings(environment), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _dialer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(ClientCalls))]
    public async Task ClusterPort_StrangerWithoutCertificate_NeverReachesWhatClientsMayCall(string path)
    {
        await using var stranger = await _dialer.DialAsync(
            Clusters, Alpn.Enroll, null, _ => true, TestContext.Current.CancellationToken);

        Assert.Equal(("12", NotServed), await CallAsync(stranger, path));
    }

    [Theory]
    [MemberData(nameof(ClientCalls))]
    public async Task ClusterPort_EnrolledCluster_ReachesTheCoordinatorOnly(string path)
    {
        var credentials = await EnrollAsync();
        var current = credentials.Current;
        await using var cluster = await _dialer.DialAsync(
            current.ControlPlane, Alpn.Coordinator, current.Tls, current.Trusts, TestContext.Current.CancellationToken);

        Assert.Equal(("12", NotServed), await CallAsync(cluster, path));
    }

    [Theory]
    [InlineData("/union.cluster.v1.Coordinator/Hello")]
    [InlineData("/union.enroll.v1.EnrollService/Enroll")]
    public async Task ClientPort_WhatClustersCall_IsNotServed(string path)
    {
        using var client = new HttpClient();
        using var request = Request(new Uri(Clients, path));

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(("12", NotServed), StatusOf(response));
    }

    [Fact]
    public async Task ClientPort_WhatClientsCall_IsServed()
    {
        using var client = new HttpClient();
        using var request = Request(new Uri(Clients, "/flyteidl2.workflow.RunService/ListRuns"));

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    private async Task<ClusterCredentials> EnrollAsync()
    {
        using var channel = GrpcChannel.ForAddress(Clients);
        var made = await new ClusterAdminService.ClusterAdminServiceClient(channel).CreateJoinTokenAsync(
            new CreateJoinTokenRequest { ClusterName = "east" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(JoinToken.TryParse(made.Token, out var token));

        // The token names an address that was needed before the system had chosen the port.
        token = new JoinToken(Clusters.ToString(), token.ClusterName, token.AuthorityHash, token.Id, token.Secret);
        return await ClusterCredentials.EnrollAsync(
            token, _folder.In("cluster"), new EnrollClient(_dialer, TimeProvider.System), TimeProvider.System,
            TestContext.Current.CancellationToken);
    }

    private static async Task<(string Status, string Message)> CallAsync(DialledStream dialled, string path)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(dialled.Tls) };
        using var client = new HttpClient(handler);
        using var request = Request(new Uri(new Uri("http://control-plane"), path));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return StatusOf(response);
    }

    private static HttpRequestMessage Request(Uri uri)
    {
        // One empty message: flags (1 byte), length (4 bytes).
        var content = new ByteArrayContent(new byte[5]);
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static (string Status, string Message) StatusOf(HttpResponseMessage response) => (
        response.Headers.GetValues("grpc-status").Single(),
        Uri.UnescapeDataString(response.Headers.GetValues("grpc-message").Single()));

    private Uri Address(string start) => _app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Where(a => a.StartsWith(start, StringComparison.Ordinal))
        .Select(a => new Uri(a)).Where(a => a.Port != 0).First();
}
