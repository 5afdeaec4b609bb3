using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Union.Core.ControlPlane.Audit;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Identity;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Queues;
using Union.Core.ControlPlane.Retention;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane;

public static class ControlPlaneServiceCollectionExtensions
{
    /// <summary>Adds the orchestrator over an open database. Needs IClusterConnections and CertificateAuthority.</summary>
    public static IServiceCollection AddControlPlane(
        this IServiceCollection services, MetadataDatabase database, TriggerOptions? triggers = null)
    {
        services.AddUseCases("Union.Core.ControlPlane");
        services.AddSingleton(database);
        services.AddSingleton<RunMeter>();
        services.AddSingleton<QueueDepth>();
        services.AddSingleton<RunSignals>();
        services.AddSingleton<QueueTurns>();
        services.AddSingleton<RecentActions>();
        services.AddSingleton<ChildGroups>();
        services.AddSingleton<ActionWatches>();
        services.AddHostedService<ChangeFeed>();
        services.TryAddSingleton(new ReplicaOptions(null));
        services.AddSingleton<ReplicaDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaDirectory>());
        services.AddSingleton<ClusterAdmission>();
        services.AddSingleton<ClusterRouting>();
        services.AddSingleton<TokenDirectory>();
        services.AddSingleton<IAuditLog, AuditTable>();
        services.AddHostedService<TimeoutSweep>();
        services.AddSingleton(triggers ?? new TriggerOptions());
        services.AddHostedService<TriggerSweep>();
        services.TryAddSingleton(new RetentionOptions());
        services.AddSingleton<RetentionMeter>();
        services.AddHostedService<RetentionSweep>();
        return services;
    }

    /// <summary>What exists from the first start on: one project, so that a first run needs no set-up.</summary>
    public static Task EnsureDefaultsAsync(
        this MetadataDatabase database, string org, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            org,
            async session =>
            {
                await ProjectStore.EnsureAsync(session, org, "default", now);
                return true;
            },
            cancellationToken);
}
