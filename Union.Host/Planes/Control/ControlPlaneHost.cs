using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Union.Core.Boundary;
using Union.Core.ControlPlane;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Identity;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api;
using Union.Host.Api.Errors;
using Union.Host.Api.Identity;
using Union.Host.Api.Projects;
using Union.Host.Api.Runs;
using Union.Host.Api.Splicing;
using Union.Host.Api.Tasks;
using Union.Host.Api.Triggers;
using Union.Host.Configuration;
using Union.Host.Connect;
using Union.Host.Forwarding;
using Union.Host.Listening;
using Union.Host.Ops;
using Union.Host.Relaying;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Accepting;
using Union.Host.Tunnel.Enrolling;
using Union.Host.Tunnel.Preface;

namespace Union.Host.Planes.Control;

/// <summary>
/// The one place that puts a control plane together: metadata, the port of the clients, the port of the clusters. No
/// object store, no secret store and no executor can be reached from its container.
/// </summary>
internal static class ControlPlaneHost
{
    public const int DataFormat = 1;

    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int MaxHeaderBytes = 32 * 1024;

    public static async Task<WebApplication> StartAsync(
        ControlPlaneConfiguration configuration, TelemetryConfiguration telemetry, PlaneSurroundings around,
        CancellationToken cancellationToken)
    {
        var clusters = configuration.Clusters.Listen ?? new IPEndPoint(IPAddress.Any, 8701);
        EnsureServable(configuration);
        var folder = DataFolder.Open(configuration.DataDir, "control", DataFormat);
        var keys = KeyFolder.Beside(folder);
#pragma warning disable CA2000 // The container owns it.
        var database = await MetadataOpening.OpenAsync(configuration.Database, folder, around, cancellationToken);
#pragma warning restore CA2000
        await MetadataOpening.ShareKeysAsync(database, configuration, AuthorityIn(keys, configuration), around, cancellationToken);
        await database.EnsureDefaultsAsync(Names.DefaultOrg, around.Time.GetUtcNow(), cancellationToken);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.Configuration.Sources.Clear();
        builder.Logging.AddPlaneLogging(telemetry);
        AddServices(builder.Services, configuration, clusters, database, keys, around.Time);
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddSingleton(_ => database);
        around.Replace(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, configuration, clusters));
        var app = builder.Build();
        Map(app, configuration.Clients);
        if (configuration.Auth is Authentication.Token)
        {
            await AdministratorToken.EnsureAsync(app.Services.GetRequiredService<TokenDirectory>(), keys, cancellationToken);
        }

        await app.StartOrExplainAsync(
            new Dictionary<string, IPEndPoint>
            {
                ["controlPlane.clients.listen"] = configuration.Clients.Listen,
                ["controlPlane.clusters.listen"] = clusters,
                ["controlPlane.ops.listen"] = configuration.OpsListen,
            },
            cancellationToken);
        return app;
    }

    private static void EnsureServable(ControlPlaneConfiguration configuration)
    {
        if (configuration.Auth is Authentication.Unspecified)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "auth_unset", "Nobody said who may call: controlPlane.auth is not set.",
                "'auth: token' asks every caller for a token; 'auth: none' makes every caller on this machine its administrator.");
        }

        if (configuration is { Database.Engine: DatabaseEngine.Sqlite, SealingKey: not null })
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "sealing_key_unused",
                "controlPlane.sealingKey is set, and with database.engine sqlite nothing is sealed: keys are files.",
                "Remove it; docs/keys.md says where the keys lie.");
        }

        if (!configuration.Clients.IsLoopback
            && (configuration.Auth is Authentication.None || !configuration.Clients.Tls.IsEnded))
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "auth_public",
                $"controlPlane.clients.listen is {configuration.Clients.Listen}, which others can reach, without TLS or without identity.",
                "Listen on 127.0.0.1, or set 'clients.tls' and 'auth: token'.");
        }
    }

    private static void AddServices(
        IServiceCollection services, ControlPlaneConfiguration configuration, IPEndPoint clusters,
        MetadataDatabase database, string keys, TimeProvider time)
    {
        var clusterAddress = configuration.Clusters.PublicAddress?.ToString() ?? AddressOf(clusters);
        services.AddSingleton(time);
        services.AddPlainPorts();
        services.AddSingleton(configuration.Retention);
        services.AddSingleton(new ReplicaOptions(configuration.Clusters.ReplicaAddress?.ToString()));
        services.AddControlPlane(database, new TriggerOptions { CatchUp = configuration.Triggers.CatchUp });
        services.AddSingleton(_ => CertificateAuthority.Open(AuthorityIn(keys, configuration), time));
        services.AddSingleton(_ => AssertionSigner.Open(keys, time));
        services.AddSingleton(new PublicAddress(configuration.Clients.Url));
        services.AddSingleton(new ClusterAddress(clusterAddress));
        services.AddSingleton<IClusterConnections, ClusterConnections>();
        services.AddSingleton<TunnelledPrivateParts>();
        services.AddSingleton<IPrivateParts>(
            provider => new SharedPrivateParts(provider.GetRequiredService<TunnelledPrivateParts>()));
        services.AddSingleton<SharedAnswers>();
        services.AddSingleton(HostRules.Of(configuration.Clients));
        services.AddBrowserCalls(configuration.Clients.Origins);
        if (configuration.Clients.Tls is { Certificate: { } certificate, Key: { } key })
        {
            services.AddSingleton(provider => new CertificateFiles(
                certificate, key, time, provider.GetRequiredService<ILogger<CertificateFiles>>()));
        }

        if (configuration.Auth is Authentication.Token)
        {
            services.AddSingleton<ICallerAuthentication, TokenAuthentication>();
        }
        else
        {
            services.AddSingleton<ICallerAuthentication, LocalAdministrator>();
        }

        services.AddSingleton<IClusterGate, ClusterSeams>();
        services.AddSingleton<IClusterDirectory, ClusterSeams>();
        services.AddScoped<IEnrollment, Enrollment>();
        services.AddClusterPort();
        services.AddForwarder();
        services.AddOps<ControlPlaneGauges>();
        services.AddGrpcReflection();
        services.AddRpc(MaxMessageBytes, options =>
        {
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<CallerInterceptor>();
        });
    }

    private static void Listen(
        KestrelServerOptions kestrel, ControlPlaneConfiguration configuration, IPEndPoint clusters)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        ListenClients(kestrel, configuration.Clients);
        kestrel.ListenClusters(clusters);
        kestrel.Listen(configuration.OpsListen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Mark(PortKind.Ops);
        });
    }

    private static void ListenClients(KestrelServerOptions kestrel, ClientsConfiguration clients)
    {
        // A proxy that speaks HTTP/2 without TLS to us passes its client's scheme on.
        kestrel.AllowAlternateSchemes = clients.Tls.Proxies.Count > 0;
        if (clients.Tls.Certificate is null)
        {
            kestrel.ListenPlain(clients.Listen, listen => listen.Mark(PortKind.Clients));
        }
        else
        {
            kestrel.ListenTls(
                clients.Listen, kestrel.ApplicationServices.GetRequiredService<CertificateFiles>(),
                listen => listen.Mark(PortKind.Clients));
        }
    }

    private static void Map(WebApplication app, ClientsConfiguration clients)
    {
        app.UseTlsProxies(clients.Tls.Proxies);
        app.UseHostGuard(app.Services.GetRequiredService<HostRules>());
        app.UseClusterPort();
        app.UseOps(context => context.RequestServices.GetRequiredService<QueueDepth>()
            .LookAsync(Names.DefaultOrg, context.RequestAborted));
        app.UseBrowserCalls();
        app.UseRelay();
        app.UseRpc();
        app.MapGrpcService<RunApi>();
        app.MapGrpcService<TaskApi>();
        app.MapGrpcService<TriggerApi>();
        app.MapGrpcService<ProjectApi>();
        app.MapGrpcService<ImageApi>();
        app.MapGrpcService<DomainApi>();
        app.MapGrpcService<SettingsApi>();
        app.MapGrpcService<IdentityApi>();
        app.MapGrpcService<AuthMetadataApi>();
        app.MapGrpcService<ClusterApi>();
        app.MapGrpcService<QueueAdminApi>();
        app.MapGrpcService<ClusterAdminApi>();
        app.MapGrpcService<TokenApi>();
        app.MapGrpcService<CacheAdminApi>();
        app.MapGrpcService<CoordinatorApi>();
        app.MapGrpcService<EnrollApi>();
        app.MapForwarder();
        if (clients.IsLoopback || clients.Reflection)
        {
            app.MapGrpcReflectionService();
        }
    }

    private static CertificateAuthorityOptions AuthorityIn(string keys, ControlPlaneConfiguration configuration) =>
        new() { Folder = keys, ServerNames = NamesOf(configuration) };

    private static IReadOnlyList<string> NamesOf(ControlPlaneConfiguration configuration) =>
        [.. new[] { configuration.Clusters.PublicAddress, configuration.Clusters.ReplicaAddress }
            .OfType<HostPort>().Select(address => address.Host).Distinct()];

    // A listener on all addresses has no address of its own; on one machine the loopback one reaches it.
    private static string AddressOf(IPEndPoint listen) =>
        listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any)
            ? $"127.0.0.1:{listen.Port}"
            : listen.ToString();
}
