using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Union.Core.Boundary.Identity;

namespace Union.Host.Api;

/// <summary>
/// The table from RPC to plane and verb. A method that is not in it is served nowhere: the host maps nothing else, and
/// a test compares it with the descriptors of every service that is mapped.
/// </summary>
internal static class Routes
{
    private const string Run = "flyteidl2.workflow.RunService";
    private const string Task = "flyteidl2.task.TaskService";
    private const string Trigger = "flyteidl2.trigger.TriggerService";
    private const string RunLogs = "flyteidl2.workflow.RunLogsService";
    private const string Image = "flyteidl2.imagebuilder.ImageService";
    private const string Project = "flyteidl2.project.ProjectService";
    private const string Domain = "flyteidl2.org.DomainService";
    private const string Settings = "flyteidl2.settings.SettingsService";
    private const string Identity = "flyteidl2.auth.IdentityService";
    private const string AuthMetadata = "flyteidl2.auth.AuthMetadataService";
    private const string Cluster = "flyteidl2.cluster.ClusterService";
    private const string Data = "flyteidl2.dataproxy.DataProxyService";
    private const string Link = "union.data.v1.LinkService";
    private const string Secret = "flyteidl2.secret.SecretService";
    private const string Token = "union.admin.v1.TokenService";
    private const string Cache = "union.admin.v1.CacheAdminService";
    private const string Queue = "union.admin.v1.QueueAdminService";
    private const string ClusterAdmin = "union.admin.v1.ClusterAdminService";

    public static IReadOnlyList<Route> All { get; } =
    [
        new(Run, "CreateRun", ServedBy.ControlPlane, Verb.RunsCreate, Mutates: true),
        new(Run, "AbortRun", ServedBy.ControlPlane, Verb.RunsAbort, Mutates: true),
        new(Run, "AbortAction", ServedBy.ControlPlane, Verb.RunsAbort, Mutates: true),
        new(Run, "GetRunDetails", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "GetActionDetails", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "WatchActionDetails", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "ListRuns", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "ListActions", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "WatchActions", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "WatchRunDetails", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "WatchRuns", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "WatchGroups", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "GetActionDataURIs", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Run, "GetActionLogContext", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),

        new(Task, "DeployTask", ServedBy.ControlPlane, Verb.TasksDeploy, Mutates: true),
        new(Task, "GetTaskDetails", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Task, "ListTasks", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Task, "ListVersions", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),

        new(Trigger, "DeployTrigger", ServedBy.ControlPlane, Verb.TasksDeploy, Mutates: true),
        new(Trigger, "GetTriggerDetails", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Trigger, "GetTriggerRevisionDetails", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Trigger, "ListTriggers", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Trigger, "GetTriggerRevisionHistory", ServedBy.ControlPlane, Verb.TasksRead, Mutates: false),
        new(Trigger, "UpdateTriggers", ServedBy.ControlPlane, Verb.TasksDeploy, Mutates: true),
        new(Trigger, "DeleteTriggers", ServedBy.ControlPlane, Verb.TasksDeploy, Mutates: true),

        new(Project, "CreateProject", ServedBy.ControlPlane, Verb.ProjectsAdmin, Mutates: true),
        new(Project, "UpdateProject", ServedBy.ControlPlane, Verb.ProjectsAdmin, Mutates: true),
        new(Project, "GetProject", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Project, "ListProjects", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Domain, "ListDomains", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Domain, "GetDomain", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Settings, "GetSettings", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Settings, "GetSettingsForEdit", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new(Identity, "UserInfo", ServedBy.ControlPlane, Verb.None, Mutates: false) { Audience = Audience.Authenticated },
        new(AuthMetadata, "GetOAuth2Metadata", ServedBy.ControlPlane, Verb.None, Mutates: false) { Audience = Audience.Anyone },
        new(AuthMetadata, "GetPublicClientConfig", ServedBy.ControlPlane, Verb.None, Mutates: false) { Audience = Audience.Anyone },
        new(Cluster, "SelectCluster", ServedBy.ControlPlane, Verb.ClustersRead, Mutates: false),
        new(ClusterAdmin, "CreateJoinToken", ServedBy.ControlPlane, Verb.ClustersAdmin, Mutates: true),
        new(ClusterAdmin, "ListClusters", ServedBy.ControlPlane, Verb.ClustersRead, Mutates: false),
        new(ClusterAdmin, "RevokeCluster", ServedBy.ControlPlane, Verb.ClustersAdmin, Mutates: true),

        new(Cache, "ListResults", ServedBy.ControlPlane, Verb.RunsRead, Mutates: false),
        new(Cache, "EvictResults", ServedBy.ControlPlane, Verb.TasksDeploy, Mutates: true),

        new(Queue, "ListQueues", ServedBy.ControlPlane, Verb.ClustersRead, Mutates: false),
        new(Queue, "SetQueue", ServedBy.ControlPlane, Verb.ClustersAdmin, Mutates: true),
        new(Queue, "SetClusterDrain", ServedBy.ControlPlane, Verb.ClustersAdmin, Mutates: true),

        new(Token, "CreateToken", ServedBy.ControlPlane, Verb.TokensAdmin, Mutates: true),
        new(Token, "ListTokens", ServedBy.ControlPlane, Verb.TokensAdmin, Mutates: false),
        new(Token, "RevokeToken", ServedBy.ControlPlane, Verb.TokensAdmin, Mutates: true),

        new("grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        new("grpc.reflection.v1.ServerReflection", "ServerReflectionInfo", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),
        // Data that stands beside metadata in the contract.
        new(Run, "GetActionData", ServedBy.Cluster, Verb.DataRead, Mutates: false),
        new(Run, "SignalEvent", ServedBy.Cluster, Verb.RunsCreate, Mutates: true),
        new(Run, "WatchClusterEvents", ServedBy.Cluster, Verb.LogsRead, Mutates: false),
        new(RunLogs, "TailLogs", ServedBy.Cluster, Verb.LogsRead, Mutates: false),
        new(Image, "GetImage", ServedBy.ControlPlane, Verb.ProjectsRead, Mutates: false),

        new(Data, "CreateUploadLocation", ServedBy.Cluster, Verb.DataWrite, Mutates: true),
        new(Data, "UploadInputs", ServedBy.Cluster, Verb.DataWrite, Mutates: true),
        new(Data, "CreateDownloadLink", ServedBy.Cluster, Verb.DataRead, Mutates: false),
        new(Data, "GetActionData", ServedBy.Cluster, Verb.DataRead, Mutates: false),
        new(Data, "TailLogs", ServedBy.Cluster, Verb.LogsRead, Mutates: false),
        new(Link, "CreateOutputLink", ServedBy.Cluster, Verb.DataRead, Mutates: false),
        new(Link, "CreateLinks", ServedBy.Cluster, Verb.DataRead, Mutates: false),
        new(Secret, "CreateSecret", ServedBy.Cluster, Verb.SecretsWrite, Mutates: true),
        new(Secret, "UpdateSecret", ServedBy.Cluster, Verb.SecretsWrite, Mutates: true),
        new(Secret, "GetSecret", ServedBy.Cluster, Verb.SecretsRead, Mutates: false),
        new(Secret, "ListSecrets", ServedBy.Cluster, Verb.SecretsRead, Mutates: false),
        new(Secret, "DeleteSecret", ServedBy.Cluster, Verb.SecretsWrite, Mutates: true),
    ];

    private static readonly FrozenDictionary<string, Route> ByPath = All.ToFrozenDictionary(r => r.Path);

    /// <summary>The route of a path such as <c>/flyteidl2.workflow.RunService/CreateRun</c>.</summary>
    public static bool TryGet(string path, [NotNullWhen(true)] out Route? route) => ByPath.TryGetValue(path, out route);
}
