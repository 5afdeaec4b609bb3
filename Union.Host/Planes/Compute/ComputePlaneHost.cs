using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Actions;
using Union.Core.ComputePlane.Caching;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Logs;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.Pipeline;
using Union.Host.Api.Actions;
using Union.Host.Api.Children;
using Union.Host.Api.ClusterCalls;
using Union.Host.Api.Data;
using Union.Host.Api.Errors;
using Union.Host.Configuration;
using Union.Host.Connect;
using Union.Host.Forwarding;
using Union.Host.Listening;
using Union.Host.Objects;
using Union.Host.Ops;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;
using Union.Host.Tunnel.Preface;
using Union.Providers.Local.Execution;
using Union.Providers.Local.Secrets;
using TaskNetwork = Union.Host.Configuration.TaskNetwork;

namespace Union.Host.Planes.Compute;

/// <summary>
/// The one place that puts a compute plane together. It listens on loopback and, for tasks without a network, on a
/// socket; the control plane reaches it through connections that it dials itself.
/// </summary>
internal static class ComputePlaneHost
{
    public const int DataFormat = 1;
    private const int MaxMessageBytes = 16 * 1024 * 1024;
    private const int MaxHeaderBytes = 32 * 1024;

    public static async Task<WebApplication> StartAsync(
        ComputePlaneConfiguration configuration, TelemetryConfiguration telemetry, PlaneSurroundings around,
        CancellationToken cancellationToken)
    {
        if (!Directory.Exists(configuration.DataDir))
        {
            ClusterEnrollment.EnsurePossible(configuration, around.Environment);
        }

        var folder = DataFolder.Open(configuration.DataDir, "compute", DataFormat);
        var keys = KeyFolder.Beside(folder);
        var credentials = await ClusterEnrollment.OpenAsync(
            configuration, keys, around, NullLoggerFactory.Instance, cancellationToken);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.Configuration.Sources.Clear();
        builder.Logging.AddPlaneLogging(telemetry);
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddSingleton(credentials);
        var layout = new ObjectLayout();
        AddCluster(builder.Services, configuration, layout, folder, keys, around.Time);
        builder.Services.AddObjectStore(configuration, layout, keys, around);
        var actions = configuration.Executor.Network is TaskNetwork.None ? ActionsSocket.Prepare(folder.Folder("actions")) : null;
        AddProviders(builder.Services, configuration, folder, keys, actions);
        around.Replace(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, configuration, actions));
        var app = builder.Build();
        Map(app, configuration);
        var listeners = new Dictionary<string, IPEndPoint>
        {
            ["computePlane.actions.listen"] = configuration.ActionsListen,
            ["computePlane.ops.listen"] = configuration.OpsListen,
        };
        if (configuration.Objects.Listen is { } objects)
        {
            listeners["computePlane.objects.listen"] = objects;
        }

        await app.StartOrExplainAsync(listeners, cancellationToken);
        return app;
    }

    private static void AddCluster(
        IServiceCollection services, ComputePlaneConfiguration configuration, ObjectLayout layout, DataFolder folder,
        string keys, TimeProvider time)
    {
        services.AddSingleton(time);
        services.AddPlainPorts();
        services.AddUseCases("Union.Core.ComputePlane");
        services.AddDataUseCases(configuration.Policy.Signing, layout, Path.Combine(keys, "digest.key"));
        services.AddSingleton(_ => JournalDatabase.Open(folder.File("state.db")));
        services.AddSingleton<IAuditLog, JournalAudit>();
        services.AddSingleton<AttemptJournal>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<LinkStatus>();
        services.AddSingleton<AttemptWorkBuilder>();
        services.AddSingleton<CacheKeys>();
        services.AddSingleton<ActionInputs>();
        services.AddSingleton<OutputsCopy>();
        services.AddSingleton<ContentDigests>();
        services.AddSingleton<CacheLookup>();
        services.AddSingleton<AttemptMeter>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<WaitingAttempts>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<EndingAttempts>();
        services.AddSingleton<Reconciler>();
        services.AddOps<ComputePlaneGauges>();
        services.AddSingleton<IActionLogs, AttemptLogs>();
        services.AddSingleton<ArchivedLogs>();
        services.AddSingleton(new LocalEndpoint(configuration.ActionsListen.ToString()));
        services.AddScoped<ActingTask>();
        services.AddScoped<SiblingDirectory>();
        services.AddScoped<ChildOutputs>();
        services.AddScoped<ChildSubmission>();
        services.AddScoped<SteadyWatch>();
        services.AddScoped<TaskCalls>();

        services.AddSingleton(_ => PinnedAssertionKeys.Open(Path.Combine(keys, "assertion-keys.json")));
        services.AddSingleton<AssertionVerifier>();
        services.AddSingleton<IAssertionKeySink, AssertionKeySink>();
        services.AddTunnel(new TunnelOptions());
        services.AddSingleton<IReplicaSink>(provider => provider.GetRequiredService<ControlPlaneAddresses>());
        services.AddSingleton(provider => new Coordinator.CoordinatorClient(
            provider.GetRequiredService<CoordinatorChannel>().CallInvoker));
        services.AddHostedService<CoordinatorLink>();
        services.AddSingleton(provider => RenewalCall.Over(
            provider.GetRequiredService<Coordinator.CoordinatorClient>()));
        services.AddHostedService<CredentialRenewal>();
        services.AddRpc(MaxMessageBytes, options => options.Interceptors.Add<ErrorInterceptor>());
    }

    private static void AddProviders(
        IServiceCollection services, ComputePlaneConfiguration configuration, DataFolder folder, string keys,
        ActionsSocket? actions)
    {
        services.AddSingleton(configuration.Policy.Secrets);
        services.AddSecretStore(
            configuration.Secrets, new FileSecretStoreOptions(folder.Folder("secrets"), Path.Combine(keys, "secrets.key")));
        services.AddProcessExecutor(ExecutorOptions.From(configuration.Executor, folder.Path, actions));
    }

    private static void Listen(
        KestrelServerOptions kestrel, ComputePlaneConfiguration configuration, ActionsSocket? actions)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.ListenTunnel(configuration.ControlPlane.Connections);
        if (configuration.Objects.Listen is { } objects)
        {
            kestrel.Listen(objects, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Mark(PortKind.Objects);
            });
        }

        kestrel.ListenPlain(configuration.ActionsListen, listen => listen.Mark(PortKind.Actions));
        if (actions is not null)
        {
            kestrel.ListenPlain(actions.EndPoint, listen => listen.Mark(PortKind.Actions));
        }

        kestrel.Listen(configuration.OpsListen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Mark(PortKind.Ops);
        });
    }

    private static void Map(WebApplication app, ComputePlaneConfiguration configuration)
    {
        app.UseHostGuard(new HostRules([], []));
        app.UseOps(
            context => Task.FromResult(context.RequestServices.GetRequiredService<LinkStatus>().IsConnected),
            services => About(services.GetRequiredService<IExecutor>().Capabilities));
        app.UseAssertions();
        app.UseRelayPolicy(configuration.Policy.Relays);
        app.UseWhen(
            context => context.CameBy(PortKind.Actions), branch => branch.UseMiddleware<CapabilityMiddleware>());
        app.UseRpc();
        app.MapGrpcService<ClusterCallsApi>();
        app.MapGrpcService<DataProxyApi>();
        app.MapGrpcService<SecretApi>();
        app.MapGrpcService<LinkApi>();
        app.MapGrpcService<RunDataApi>();
        app.MapGrpcService<RunLogsApi>();
        app.MapGrpcService<ChildrenApi>();
        app.MapGrpcService<ActionsApi>();
        app.MapGrpcService<QueueApi>();
        app.MapGrpcService<StateApi>();
        if (configuration.Objects.Provider is ObjectsProvider.File)
        {
            app.MapFileObjects();
        }
    }

    private static string About(ExecutorCapabilities executor) =>
        $"sandbox: {executor.Sandbox}\nnetwork of raw tasks: {executor.Network}\nlimits: {executor.Limits} ({executor.WhyLimits})\n";
}
