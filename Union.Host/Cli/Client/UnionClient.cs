using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Flyteidl2.Cluster;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Project;
using Flyteidl2.Secret;
using Flyteidl2.Trigger;
using Flyteidl2.Workflow;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Union.Contracts.Admin.V1;
using Union.Contracts.Data.V1;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;
using TaskIdentifier = Flyteidl2.Task.TaskIdentifier;
using TaskService = Flyteidl2.Task.TaskService;

namespace Union.Host.Cli.Client;

/// <summary>
/// The control plane, and through its answer to SelectCluster the cluster that holds the data. Every message of a data
/// call goes to the address that was answered, which may have a path.
/// </summary>
internal sealed class UnionClient : IDisposable
{
    // GetActionData answers up to 16 MiB; the rest is framing.
    private const int MaxMessage = 17 * 1024 * 1024;

    private readonly Dictionary<string, DataClient> _clusters = new(StringComparer.Ordinal);
    private readonly List<GrpcChannel> _channels = [];
    private readonly ConnectionSettings _settings;
    private readonly X509Certificate2Collection? _authorities;
    private readonly CallInvoker _invoker;

    public UnionClient(ConnectionSettings settings)
    {
        _settings = settings;
        _authorities = ReadAuthorities(settings.CaFile);
        _invoker = Dial(settings.Endpoint, "/");
        Runs = new RunService.RunServiceClient(_invoker);
        Tasks = new TaskService.TaskServiceClient(_invoker);
        Triggers = new TriggerService.TriggerServiceClient(_invoker);
        Projects = new ProjectService.ProjectServiceClient(_invoker);
        Clusters = new ClusterAdminService.ClusterAdminServiceClient(_invoker);
        Cache = new CacheAdminService.CacheAdminServiceClient(_invoker);
        Queues = new QueueAdminService.QueueAdminServiceClient(_invoker);
        Tokens = new TokenService.TokenServiceClient(_invoker);
    }

    public RunService.RunServiceClient Runs { get; }

    public TaskService.TaskServiceClient Tasks { get; }

    public TriggerService.TriggerServiceClient Triggers { get; }

    public ProjectService.ProjectServiceClient Projects { get; }

    public ClusterAdminService.ClusterAdminServiceClient Clusters { get; }

    public CacheAdminService.CacheAdminServiceClient Cache { get; }

    public QueueAdminService.QueueAdminServiceClient Queues { get; }

    public TokenService.TokenServiceClient Tokens { get; }

    public ProjectIdentifier Project => new() { Name = _settings.Project, Domain = _settings.Domain };

    public RunIdentifier Run(string name) => new() { Project = _settings.Project, Domain = _settings.Domain, Name = name };

    public TaskIdentifier Task(string name, string version) =>
        new() { Project = _settings.Project, Domain = _settings.Domain, Name = name, Version = version };

    public TriggerName Trigger(string task, string name) =>
        new() { Project = _settings.Project, Domain = _settings.Domain, TaskName = task, Name = name };

    public ActionIdentifier Action(string run, string action) => new() { Run = Run(run), Name = action };

    /// <summary>The cluster of this project.</summary>
    public Task<DataClient> SelectAsync(Operation operation, CancellationToken cancellationToken) =>
        SelectAsync(new SelectClusterRequest { Operation = operation, ProjectId = Project }, cancellationToken);

    /// <summary>The cluster of an action.</summary>
    public Task<DataClient> SelectAsync(Operation operation, ActionIdentifier action, CancellationToken cancellationToken) =>
        SelectAsync(new SelectClusterRequest { Operation = operation, ActionId = action }, cancellationToken);

    /// <summary>The cluster of the whole org.</summary>
    public Task<DataClient> SelectForOrgAsync(Operation operation, CancellationToken cancellationToken) =>
        SelectAsync(new SelectClusterRequest { Operation = operation, OrgId = new OrgIdentifier() }, cancellationToken);

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async Task<DataClient> SelectAsync(SelectClusterRequest request, CancellationToken cancellationToken)
    {
        var selected = await new ClusterService.ClusterServiceClient(_invoker)
            .SelectClusterAsync(request, cancellationToken: cancellationToken);
        var endpoint = selected.ClusterEndpoint;
        if (_clusters.TryGetValue(endpoint, out var known))
        {
            return known;
        }

        var client = endpoint.Length == 0 ? new DataClient(_invoker) : new DataClient(DialCluster(endpoint));
        return _clusters[endpoint] = client;
    }

    private CallInvoker DialCluster(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || !ConnectionSettings.IsSafe(address)
            || address is not { Query: "", Fragment: "", UserInfo: "" }
            || (_settings.Endpoint.Scheme == Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new CliError(
                ExitCode.NotAllowed,
                "The control plane named an address for the cluster that is not safe to send data to.",
                "Its 'clients.publicUrl' must be the https address that you use for it.");
        }

        return Dial(address, address.AbsolutePath);
    }

    private CallInvoker Dial(Uri address, string path)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = ConnectAsync,
            Proxy = DirectToLoopback.Proxy,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = ChainPolicy() },
        };
        if (path != "/")
        {
            handler = new PathPrefixHandler(path, handler);
        }

        var channel = GrpcChannel.ForAddress(
            address.GetLeftPart(UriPartial.Authority),
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MaxMessage });
        _channels.Add(channel);
        return channel.Intercept(new CallHeaders(TimeProvider.System, _settings.Token));
    }

    /// <summary>
    /// Without a callback Grpc.Net.Client opens sockets of its own, and its errors then name no address.
    /// </summary>
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // the stream owns it
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private X509ChainPolicy? ChainPolicy()
    {
        if (_authorities is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private static X509Certificate2Collection? ReadAuthorities(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw NoAuthority(file);
        }
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException)
        {
            throw NoAuthority(file);
        }
    }

    private static CliError NoAuthority(string file) =>
        new(ExitCode.WrongUsage, $"--ca: {file} holds no certificate.", "A PEM file is expected: -----BEGIN CERTIFICATE-----");
}

/// <summary>The services of one cluster.</summary>
internal sealed class DataClient(CallInvoker invoker)
{
    public DataProxyService.DataProxyServiceClient Data { get; } = new(invoker);

    public LinkService.LinkServiceClient Links { get; } = new(invoker);

    public SecretService.SecretServiceClient Secrets { get; } = new(invoker);
}
