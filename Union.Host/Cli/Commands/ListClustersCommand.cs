using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Contracts.Admin.V1;

namespace Union.Host.Cli.Commands;

/// <summary><c>union get clusters</c> and <c>union cluster list</c>.</summary>
internal sealed class ListClustersCommand : UnionCommand
{
    private readonly CommonOptions _common;

    public ListClustersCommand(CliContext context, CommonOptions common, string name)
        : base(context, name, "The enrolled clusters and whether they are online.")
    {
        _common = common;
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(ListAsync);
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var answer = await client.Clusters.ListClustersAsync(new ListClustersRequest(), cancellationToken: cancellationToken);
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(answer.Clusters.Select(cluster => new JsonObject
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
            })));
            return ExitCode.Done;
        }

        var table = new Table("CLUSTER", "STATE", "RUNNING", "QUEUED", "SANDBOX", "LAST SEEN", "VERSION", "ID");
        foreach (var cluster in answer.Clusters)
        {
            table.Add(
                cluster.Name,
                StateOf(cluster),
                FormattableString.Invariant($"{cluster.Running}"),
                FormattableString.Invariant($"{cluster.Queued}"),
                cluster.Sandbox,
                Phases.Show(cluster.LastSeen),
                cluster.BinaryVersion,
                cluster.Id);
        }

        table.Write(Context);
        return ExitCode.Done;
    }

    private static string StateOf(ClusterSummary cluster) => cluster.State.ToString().ToLowerInvariant();
}
