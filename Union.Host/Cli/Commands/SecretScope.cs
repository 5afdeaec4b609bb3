using System.CommandLine;
using Flyteidl2.Secret;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Commands;

/// <summary>Secrets belong to the org unless a project is named.</summary>
internal static class SecretScope
{
    public static Task<DataClient> SelectAsync(
        UnionClient client, CommonOptions common, ParseResult parsed, CancellationToken cancellationToken) =>
        common.GivenProject(parsed) is null && common.GivenDomain(parsed) is null
            ? client.SelectForOrgAsync(Operation.UseSecrets, cancellationToken)
            : client.SelectAsync(Operation.UseSecrets, cancellationToken);

    public static SecretIdentifier IdOf(CommonOptions common, ParseResult parsed, string name) => new()
    {
        Name = name,
        Project = common.GivenProject(parsed) ?? "",
        Domain = common.GivenDomain(parsed) ?? "",
    };
}
