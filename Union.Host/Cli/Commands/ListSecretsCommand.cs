using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Secret;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Commands;

/// <summary><c>union get secrets</c> and <c>union secret list</c>: names only, no command shows a value.</summary>
internal sealed class ListSecretsCommand : UnionCommand
{
    private readonly CommonOptions _common;

    public ListSecretsCommand(CliContext context, CommonOptions common, string name)
        : base(context, name, "The names of the secrets; no command shows a value.")
    {
        _common = common;
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(ListAsync);
    }

    private async Task<ExitCode> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var cluster = await SecretScope.SelectAsync(client, _common, parsed, cancellationToken);
        var secrets = new List<Flyteidl2.Secret.Secret>();
        var request = new ListSecretsRequest
        {
            Limit = 100,
            Project = _common.GivenProject(parsed) ?? "",
            Domain = _common.GivenDomain(parsed) ?? "",
        };
        do
        {
            var page = await cluster.Secrets.ListSecretsAsync(request, cancellationToken: cancellationToken);
            secrets.AddRange(page.Secrets);
            request.Token = page.Token;
        }
        while (request.Token.Length > 0 && secrets.Count < 10_000);

        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, Json.Array(secrets.Select(secret => new JsonObject
            {
                ["name"] = secret.Id.Name,
                ["project"] = secret.Id.Project,
                ["domain"] = secret.Id.Domain,
                ["createdAt"] = Json.Of(secret.SecretMetadata?.CreatedTime),
            })));
            return ExitCode.Done;
        }

        var table = new Table("SECRET", "PROJECT", "DOMAIN", "CREATED");
        foreach (var secret in secrets)
        {
            table.Add(secret.Id.Name, secret.Id.Project, secret.Id.Domain, Phases.Show(secret.SecretMetadata?.CreatedTime));
        }

        table.Write(Context);
        return ExitCode.Done;
    }
}

/// <summary>Secrets belong to the org unless a project is named.</summary>
internal static class SecretScope
{
    public static Task<Client.DataClient> SelectAsync(
        Client.UnionClient client, CommonOptions common, ParseResult parsed, CancellationToken cancellationToken) =>
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
