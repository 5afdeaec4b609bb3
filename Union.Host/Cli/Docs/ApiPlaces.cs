using System.Reflection;
using Google.Protobuf.Reflection;
using Union.Contracts.Options.V1;
using Union.Host.Api;
using Route = Union.Host.Api.Route;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Union.Host.Cli.Docs;

internal enum ApiPlace
{
    Nowhere,
    ControlPlane,
    Cluster,
    Tasks,
    Planes,
}

/// <summary>Who serves which method: a route says where, and only a method that is implemented is served.</summary>
internal static class ApiPlaces
{
    private static readonly string[] OfTasks =
    [
        "flyteidl2.actions.ActionsService", "flyteidl2.workflow.QueueService", "flyteidl2.workflow.StateService",
        "union.task.v1.ChildrenService",
    ];

    private static readonly string[] OfPlanes =
        ["union.cluster.v1.Cluster", "union.cluster.v1.Coordinator", "union.enroll.v1.EnrollService"];

    private const string ExecutorsOwn =
        "asked by executors, not by tasks; a cluster keeps the state of its attempts itself and reports through union.cluster.v1.Coordinator.";

    /// <summary>Why a service, or a method of one that is served, is not. A service without a reason is an error.</summary>
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["flyteidl2.app.AppLogsService"] = "apps (`flyte serve`) are not part of this product.",
        ["flyteidl2.app.AppService"] = "apps (`flyte serve`) are not part of this product.",
        ["flyteidl2.cacheservice.CacheService"] = "a cluster looks results up by itself before an attempt starts (docs/caching.md); nobody else may write one.",
        ["flyteidl2.cacheservice.v2.CacheService"] = "a cluster looks results up by itself before an attempt starts (docs/caching.md); nobody else may write one.",
        ["flyteidl2.connector.AsyncConnectorService"] = "tasks run on the cluster's own executor; there are no connectors.",
        ["flyteidl2.connector.ConnectorMetadataService"] = "tasks run on the cluster's own executor; there are no connectors.",
        ["flyteidl2.imagebuilder.ImageService"] = "images are built elsewhere; name one that exists.",
        ["flyteidl2.org.DomainService"] = "domains are fixed: development, staging, production.",
        ["flyteidl2.settings.SettingsService"] = "settings stand in `union.yaml`.",
        ["flyteidl2.workflow.EventsProxyService"] = "clusters report through union.cluster.v1.Coordinator.",
        ["flyteidl2.workflow.InternalRunService"] = "clusters report through union.cluster.v1.Coordinator.",
        ["flyteidl2.actions.ActionsService/GetLatestState"] = ExecutorsOwn,
        ["flyteidl2.actions.ActionsService/Update"] = ExecutorsOwn,
        ["flyteidl2.workflow.QueueService/AbortQueuedRun"] = "a task may end its children, not the run that it is part of.",
        ["flyteidl2.workflow.StateService/Get"] = ExecutorsOwn,
        ["flyteidl2.workflow.StateService/Put"] = ExecutorsOwn,
        ["flyteidl2.workflow.TranslatorService"] = "launch forms are not part of this version.",
    };

    public static IReadOnlyList<ServiceDescriptor> Services { get; } = [.. typeof(DataClass).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>().SelectMany(f => f.Services).OrderBy(s => s.FullName, StringComparer.Ordinal)];

    private static readonly HashSet<string> Implemented = [.. typeof(ApiPlaces).Assembly.GetTypes().SelectMany(MethodsOf)];

    public static Route? RouteOf(MethodDescriptor method) => Routes.TryGet(PathOf(method), out var route) ? route : null;

    public static ApiPlace Of(MethodDescriptor method)
    {
        if (!Implemented.Contains(PathOf(method)))
        {
            return ApiPlace.Nowhere;
        }

        return RouteOf(method)?.ServedBy switch
        {
            ServedBy.ControlPlane => ApiPlace.ControlPlane,
            ServedBy.Cluster => ApiPlace.Cluster,
            _ when OfTasks.Contains(method.Service.FullName) => ApiPlace.Tasks,
            _ when OfPlanes.Contains(method.Service.FullName) => ApiPlace.Planes,
            _ => ApiPlace.Nowhere,
        };
    }

    public static string ReasonOf(ServiceDescriptor service) => Reasons[service.FullName];

    public static string ReasonOf(MethodDescriptor method) =>
        Reasons.GetValueOrDefault(PathOf(method)[1..])
        ?? Reasons.GetValueOrDefault(method.Service.FullName, "not part of this version.");

    public static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    // The generated base class stands inside the static class that holds the descriptor.
    private static IEnumerable<string> MethodsOf(Type type) =>
        type.BaseType?.DeclaringType?.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
            is ServiceDescriptor service
            ? service.Methods.Where(m => type.GetMethod(m.Name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is not null)
                .Select(PathOf)
            : [];
}
