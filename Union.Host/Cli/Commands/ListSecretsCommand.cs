using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Secret;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union get secrets</c> and <c>union secret list</c>: names only, no command shows a value.</summary>
internal sealed class ListSecretsCommand : ListCommand<Secret>
{
    public ListSecretsCommand(CliContext context, CommonOptions common, string name)
        : base(
            context, common, name, "The names of the secrets; no command shows a value.",
            "SECRET", "PROJECT", "DOMAIN", "CREATED") => AddCommonOptions();

    protected override async Task<IReadOnlyList<Secret>> ReadAsync(
        UnionClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var cluster = await SecretScope.SelectAsync(client, Common, parsed, cancellationToken);
        var request = new ListSecretsRequest
        {
            Limit = PageSize,
            Project = Common.GivenProject(parsed) ?? "",
            Domain = Common.GivenDomain(parsed) ?? "",
        };
        return await ReadPagesAsync(async token =>
        {
            request.Token = token;
            var page = await cluster.Secrets.ListSecretsAsync(request, cancellationToken: cancellationToken);
            return (page.Secrets, page.Token);
        });
    }

    protected override JsonObject Describe(Secret secret) => new()
    {
        ["name"] = secret.Id.Name,
        ["project"] = secret.Id.Project,
        ["domain"] = secret.Id.Domain,
        ["createdAt"] = Json.Of(secret.SecretMetadata?.CreatedTime),
    };

    protected override string[] Show(Secret secret) =>
        [secret.Id.Name, secret.Id.Project, secret.Id.Domain, Phases.Show(secret.SecretMetadata?.CreatedTime)];
}
