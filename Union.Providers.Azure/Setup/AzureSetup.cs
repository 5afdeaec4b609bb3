using System.Globalization;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Azure.Setup;

/// <summary>
/// The least that Azure has to allow: custom roles for the signer (the compute plane), which signs with a user delegation
/// key and no account key, and for the executor (tasks), each assigned under a condition on paths.
/// </summary>
public static class AzureSetup
{
    // 8 KiB.
    private const int MostOfACondition = 8192;

    private const string Blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
    private const string Listing = "SubOperationMatches{'Blob.List'}";
    private const string Path = $"@Resource[{Blobs}:path]";

    public static IReadOnlyList<SetupDocument> Write(CloudSetup setup)
    {
        var account = setup.Account ?? "ACCOUNT";
        var scope = $"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/{account}";
        return
        [
            Role("signer-role", "Union signer", "What the compute plane may do with blobs.", scope,
                ["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
                [$"{Blobs}/add/action", $"{Blobs}/delete", $"{Blobs}/read", $"{Blobs}/write"]),
            .. setup.SignsNothing ? [] : DelegationRole(scope),
            Role("executor-role", "Union executor", "What a task's own programs may do with blobs.", scope, [],
                [$"{Blobs}/add/action", $"{Blobs}/read", $"{Blobs}/write"]),
            .. setup.SignsNothing ? [] : DelegationAssignment(scope),
            .. setup.Buckets.SelectMany((container, i) => Container(setup, scope, container, i == 0 ? "" : $"-{container}")),
            new("account-settings",
                "No plain HTTP, no old TLS, no account keys, nothing public, and no SAS that lives longer than the policy.",
                $"az rest --method patch --uri 'https://management.azure.com{scope}?api-version=2023-05-01' --body @account-settings.json",
                new JsonObject { ["properties"] = Settings(setup.MaxLifetime) }),
            .. Cors(setup, account),
            .. Secrets(setup),
        ];
    }

    private static SetupDocument[] DelegationRole(string scope) =>
    [
        Role("delegation-role", "Union delegation", "Lets the signer have the key it signs URLs with; an account's, so without a condition.",
            scope, ["Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"], []),
    ];

    private static SetupDocument[] DelegationAssignment(string scope) =>
        [Assignment("delegation", "The signer may ask the account for delegation keys.", "Union delegation", "SIGNER_ID", scope, null)];

    private static IEnumerable<SetupDocument> Container(CloudSetup setup, string account, string container, string suffix)
    {
        var scope = $"{account}/blobServices/default/containers/{container}";
        string[] folders = setup.IsNarrowed
            ? [$"{setup.DoctorFolder}/*", .. setup.Projects.Select(project => $"{setup.Root}/v1/{project.Path}/*")]
            : [$"{setup.Root}/*"];
        yield return Assignment(
            "signer" + suffix, $"The signer, in the cluster's folder of the container {container}.", "Union signer", "SIGNER_ID", scope,
            OnPaths(Like(Path, folders), [Of("add/action"), Of("delete"), $"{Of("read")} AND NOT {Listing}", Of("write")])
            + " AND "
            + OnPaths(Like($"@Request[{Blobs}:prefix]", folders), [$"{Of("read")} AND {Listing}"]));
        yield return Assignment(
            "executor" + suffix, $"The executor, in runs, code and inputs of the container {container}.", "Union executor", "EXECUTOR_ID", scope,
            OnPaths($"{Like(Path, Within(setup, "runs"))} AND {NotPrivate(setup)}", [Of("add/action"), Of("write")])
            + " AND "
            + OnPaths($"{Like(Path, Within(setup, "runs", "code", "inputs"))} AND {NotPrivate(setup)}", [Of("read")]));
    }

    private static IEnumerable<SetupDocument> Secrets(CloudSetup setup)
    {
        if (setup.Secrets is not { Store: "keyvault" } secrets)
        {
            yield break;
        }

        var vault = new Uri(secrets.Place!).Host.Split('.')[0];
        var scope = $"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.KeyVault/vaults/{vault}";
        const string secret = "Microsoft.KeyVault/vaults/secrets";
        yield return Role(
            "secrets-role", "Union secrets",
            "What the compute plane may do with secrets. Key Vault has no conditions on names: give the cluster a vault of its own.", scope, [],
            [
                $"{secret}/delete", $"{secret}/getSecret/action", $"{secret}/readMetadata/action", $"{secret}/recover/action",
                $"{secret}/setSecret/action",
            ]);
        yield return Assignment("secrets", "The signer, in the vault.", "Union secrets", "SIGNER_ID", scope, null);
    }

    private static IEnumerable<SetupDocument> Cors(CloudSetup setup, string account) => setup.Origin is not { } origin
        ? []
        :
        [
            new("cors", $"Lets the console at {origin} read by signed URL.",
                $"az storage cors add --account-name {account} --services b --origins {origin} --methods GET HEAD PUT --max-age 300 "
                + "--allowed-headers content-md5 content-type range x-ms-* --exposed-headers ETag Content-Range",
                new JsonObject
                {
                    ["allowedOrigins"] = new JsonArray(origin),
                    ["allowedMethods"] = new JsonArray("GET", "HEAD", "PUT"),
                    ["allowedHeaders"] = new JsonArray("content-md5", "content-type", "range", "x-ms-*"),
                    ["exposedHeaders"] = new JsonArray("ETag", "Content-Range"),
                    ["maxAgeInSeconds"] = 300,
                }),
        ];

    private static JsonObject Settings(TimeSpan life) => new()
    {
        ["supportsHttpsTrafficOnly"] = true,
        ["minimumTlsVersion"] = "TLS1_2",
        ["allowSharedKeyAccess"] = false,
        ["allowBlobPublicAccess"] = false,

        // The start of a SAS lies a quarter of an hour back, for clocks that are off, and counts.
        ["sasPolicy"] = new JsonObject
        {
            ["sasExpirationPeriod"] = (life + TimeSpan.FromMinutes(15)).ToString("dd'.'hh':'mm':'ss", CultureInfo.InvariantCulture),
            ["expirationAction"] = "Block",
        },
    };

    private static SetupDocument Role(
        string name, string title, string what, string scope, string[] actions, string[] dataActions) => new(
        name, what, $"az role definition create --role-definition @{name}.json",
        new JsonObject
        {
            ["Name"] = title,
            ["Description"] = what,
            ["Actions"] = new JsonArray([.. actions.Select(a => JsonValue.Create(a))]),
            ["DataActions"] = new JsonArray([.. dataActions.Select(a => JsonValue.Create(a))]),
            ["AssignableScopes"] = new JsonArray(scope),
        });

    // The command takes no file, so the document shows what the command says.
    private static SetupDocument Assignment(
        string name, string what, string role, string principal, string scope, string? condition)
    {
        SetupLimits.Hold(condition ?? "", MostOfACondition, name + "-assignment", "Azure");
        return new SetupDocument(
            name + "-assignment", what,
            $"az role assignment create --role '{role}' --assignee-object-id {principal} --assignee-principal-type ServicePrincipal "
            + $"--scope {scope}"
            + (condition is null ? "" : $" --condition-version 2.0 --condition \"$(jq -r .condition {name}-assignment.json)\""),
            new JsonObject { ["role"] = role, ["principal"] = principal, ["scope"] = scope, ["condition"] = condition });
    }

    private static string[] Within(CloudSetup setup, params string[] folders) =>
        [.. setup.Projects.SelectMany(project => folders.Select(folder => $"{setup.Root}/v1/{project.Path}/{folder}/*"))];

    private static string Like(string attribute, string[] patterns)
    {
        var any = string.Join(" OR ", patterns.Select(pattern => $"{attribute} StringLike '{pattern}'"));
        return patterns.Length == 1 ? any : $"({any})";
    }

    private static string NotPrivate(CloudSetup setup) =>
        $"{Path} StringNotLike '{setup.Root}/v1/*/private/*' AND {Path} StringNotLike '{setup.Root}/v1/*/journal/*'";

    private static string Of(string action) => $"ActionMatches{{'{Blobs}/{action}'}}";

    // The form that Azure prescribes: the condition holds, or the action is another one.
    private static string OnPaths(string paths, string[] actions) =>
        "((" + string.Join(" AND ", actions.Select(action => $"!({action})")) + $") OR ({paths}))";
}
