using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Contracts.Admin.V1;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union get clusters</c> and <c>union cluster list</c>.</summary>
internal sealed class ListClustersCommand : ListCommand<ClusterSummary>
{
    public ListClustersCommand(CliContext context, CommonOptions common, string name)
        : base(
            context, common, name, "The enrolled clusters and whether they are online.",
            "CLUSTER", "STATE", "RUNNING", "QUEUED", "SANDBOX", "LAST SEEN", "VERSION", "ID") => AddCommonOptions();

    protected override async Task<IReadOnlyList<ClusterSummary>> ReadAsync(
        UnionClient client, ParseResult parsed, CancellationToken cancellationToken) =>
        (await client.Clusters.ListClustersAsync(new ListClustersRequest(), cancellationToken: cancellationToken)).Clusters;

    protected override JsonObject Describe(ClusterSummary cluster) => new()
    {
        ["id"] = cluster.Id,
        ["name"] = cluster.Name,
        ["state"] = StateOf(cluster),
        ["lastSeen"] = Json.Of(cluster.LastSeen),
        ["version"] = cluster.BinaryVersion,
        ["sandbox"] = cluster.Sandbox,
        ["running"] = cluster.Running,
        ["queued"] = cluster.Queued,
        ["certificateExpiresAt"] = Json.Of(cluster.CertificateExpiresAt),
    };

    protected override string[] Show(ClusterSummary cluster) =>
    [
        cluster.Name,
        StateOf(cluster),
        FormattableString.Invariant($"{cluster.Running}"),
        FormattableString.Invariant($"{cluster.Queued}"),
        cluster.Sandbox,
        Phases.Show(cluster.LastSeen),
        cluster.BinaryVersion,
        cluster.Id,
    ];

    private static string StateOf(ClusterSummary cluster) => cluster.State.ToString().ToLowerInvariant();
}
