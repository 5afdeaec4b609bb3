using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Union.Contracts.Admin.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Host.Cli.Client;
using Union.Host.Configuration;
using Union.Host.Planes.Control;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Planes.Supervision;

/// <summary>
/// Both planes on one machine, two processes that know of each other only what two machines would. Both run as one user,
/// so this is a convenience and no security boundary.
/// </summary>
internal sealed class LocalInstallation : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan OnlineWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly PlaneProcess _control;
    private readonly PlaneProcess _compute;

    private LocalInstallation(PlaneProcess control, PlaneProcess compute) => (_control, _compute) = (control, compute);

    public int ControlPlaneId => _control.Id;

    public int ComputePlaneId => _compute.Id;

    /// <summary>Starts both planes, enrolling the cluster where it is not; returns when runs can be sent.</summary>
    /// <param name="file">The configuration file that both read, or null.</param>
    /// <param name="log">What the planes say, a line each with the plane's name before it.</param>
    public static async Task<LocalInstallation> StartAsync(
        UnionConfiguration configuration, string? file, ProcessEnvironment environment, TextWriter log,
        CancellationToken cancellationToken)
    {
        var variables = new PlaneVariables(configuration, file, environment);
        var keys = configuration.ComputePlane.DataDir.TrimEnd('/') + "-keys";
        var enrolled = ClusterCredentials.Exist(keys);
        PlaneProcess? compute = null;
        string? token = null;
#pragma warning disable CA2000 // Owned by the installation; disposed below where there is none.
        var control = new PlaneProcess("control-plane", variables.OfControlPlane(), log);
        try
        {
            // An enrolled cluster dials until it is answered, so both may start at once.
            compute = enrolled ? new PlaneProcess("compute-plane", variables.OfComputePlane(null), log) : null;
            await control.ReadyAsync(ReadyWithin, cancellationToken);
            if (compute is null)
            {
                token = await JoinTokenFileAsync(configuration, cancellationToken);
                compute = new PlaneProcess("compute-plane", variables.OfComputePlane(token), log);
            }
#pragma warning restore CA2000

            await OnlineAsync(configuration, compute.ReadyAsync(ReadyWithin, cancellationToken), cancellationToken);
            return new LocalInstallation(control, compute);
        }
        catch
        {
            await (compute?.DisposeAsync() ?? ValueTask.CompletedTask);
            await control.DisposeAsync();
            throw;
        }
        finally
        {
            Delete(token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _compute.DisposeAsync();
        await _control.DisposeAsync();
    }

    // A session lets the cluster fetch work; data calls need the control plane's own way to it, which comes up beside.
    // The first look is too early on purpose: this process gets ready to ask while the other one starts.
    private static async Task OnlineAsync(
        UnionConfiguration configuration, Task computeReady, CancellationToken cancellationToken)
    {
        using var channel = Dial(configuration.ControlPlane.Clients);
        var clusters = new ClusterAdminService.ClusterAdminServiceClient(
            channel.Intercept(new CallHeaders(TimeProvider.System, OperatorsToken(configuration.ControlPlane))));
        await IsOnlineAsync(clusters, configuration.ComputePlane.Cluster, cancellationToken);
        await computeReady;
        using var patience = new CancellationTokenSource(OnlineWithin, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var timer = new PeriodicTimer(LookEvery, TimeProvider.System);
        try
        {
            do
            {
                if (await IsOnlineAsync(clusters, configuration.ComputePlane.Cluster, either.Token))
                {
                    return;
                }
            }
            while (await timer.WaitForNextTickAsync(either.Token));
        }
        catch (Exception e) when (patience.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            // It dials on by itself; what needs it says so until then.
        }
    }

    private static async Task<bool> IsOnlineAsync(
        ClusterAdminService.ClusterAdminServiceClient clusters, string name, CancellationToken cancellationToken)
    {
        var listed = await clusters.ListClustersAsync(new ListClustersRequest(), cancellationToken: cancellationToken);
        return listed.Clusters.Any(c => c.Name == name && c.State is ClusterState.Online);
    }

    // The same path as between two machines: an operator's call, a file for the other side, one use.
    private static async Task<string> JoinTokenFileAsync(
        UnionConfiguration configuration, CancellationToken cancellationToken)
    {
        using var channel = Dial(configuration.ControlPlane.Clients);
        var invoker = channel.Intercept(new CallHeaders(TimeProvider.System, OperatorsToken(configuration.ControlPlane)));
        try
        {
            var created = await new ClusterAdminService.ClusterAdminServiceClient(invoker).CreateJoinTokenAsync(
                new CreateJoinTokenRequest
                {
                    ClusterName = configuration.ComputePlane.Cluster,
                    Lifetime = TimeSpan.FromMinutes(1).ToDuration(),
                },
                cancellationToken: cancellationToken);
            var path = Path.Combine(Path.GetTempPath(), $"union-join-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}");
            PrivateFile.Write(path, created.Token);
            return path;
        }
        catch (RpcException e)
        {
            throw new UnionException(
                ErrorCode.Unavailable, "join_token_failed", $"The control plane made no join token: {e.Status.Detail}", inner: e);
        }
    }

    // By address and not by name, so the file says which certificate it must be.
    private static GrpcChannel Dial(ClientsConfiguration clients)
    {
        if (clients.Tls.Certificate is not { } file)
        {
            return GrpcChannel.ForAddress($"http://{clients.Listen}", new GrpcChannelOptions
            {
                DisposeHttpClient = true,
                HttpHandler = new SocketsHttpHandler { UseProxy = false },
            });
        }

        using var own = X509CertificateLoader.LoadCertificateFromFile(file);
        var hash = own.GetCertHash(HashAlgorithmName.SHA256);
        return GrpcChannel.ForAddress($"https://{clients.Listen}", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        shown is not null && shown.GetCertHash(HashAlgorithmName.SHA256).AsSpan().SequenceEqual(hash),
                },
            },
        });
    }

    private static SecretValue? OperatorsToken(ControlPlaneConfiguration configuration) =>
        configuration.Auth is Authentication.Token
        && PrivateFile.TryRead(AdministratorToken.PathIn(configuration.DataDir.TrimEnd('/') + "-keys"), out var token)
            ? new SecretValue(token.Trim()) : null;

    private static void Delete(string? path)
    {
        if (path is not null)
        {
            File.Delete(path);
        }
    }
}
