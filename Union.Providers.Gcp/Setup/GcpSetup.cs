using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Gcp.Setup;

/// <summary>
/// The least that Google Cloud has to allow: roles of their own for the signer (the compute plane) and the executor (tasks),
/// each bound under a condition on names. A bucket there cannot cap the life of a signed URL by itself.
/// </summary>
public static class GcpSetup
{
    public static IReadOnlyList<SetupDocument> Write(CloudSetup setup)
    {
        var project = setup.Account ?? "PROJECT";
        return
        [
            Role(project, "signer-role", "unionSigner", "What the compute plane may do with objects.",
                ["storage.objects.create", "storage.objects.delete", "storage.objects.get"], Create("union-signer", project)),
            Role(project, "list-role", "unionList", "Listing objects, which cannot be narrowed to a prefix: names, no content.",
                ["storage.buckets.get", "storage.objects.list"],
                [.. setup.Buckets.Select(bucket => BindBucket(bucket, "union-signer", "unionList", project, "None"))]),
            Role(project, "sign-role", "unionSign", "Lets the signer sign as itself, where it has no key file.",
                ["iam.serviceAccounts.signBlob"],
                [
                    $"gcloud iam service-accounts add-iam-policy-binding {Account("union-signer", project)} "
                    + $"--member={Member("union-signer", project)} --role=projects/{project}/roles/unionSign",
                ]),
            Role(project, "executor-role", "unionExecutor", "What a task's own programs may do with a run's objects.",
                ["storage.objects.create", "storage.objects.delete", "storage.objects.get"], Create("union-executor", project)),
            Role(project, "reader-role", "unionReader", "What they may do with code and inputs.", ["storage.objects.get"], []),
            .. setup.Buckets.SelectMany((bucket, i) => Bucket(setup, project, bucket, i == 0 ? "" : $"-{bucket}")),
            .. Secrets(setup, project),
        ];
    }

    private static IEnumerable<SetupDocument> Bucket(CloudSetup setup, string project, string bucket, string suffix)
    {
        var objects = $"projects/_/buckets/{bucket}/objects/{setup.Root}/";
        var notPrivate = "resource.name.extract(\"/private/{rest}\") == \"\" && resource.name.extract(\"/journal/{rest}\") == \"\"";
        yield return Condition(
            "signer-objects" + suffix, $"The signer, in the cluster's folder of the bucket {bucket}.",
            BindBucket(bucket, "union-signer", "unionSigner", project, $"signer-objects{suffix}.json"),
            $"resource.name.startsWith(\"{objects}\")");
        yield return Condition(
            "executor-runs" + suffix, $"The executor, in runs of the bucket {bucket}.",
            BindBucket(bucket, "union-executor", "unionExecutor", project, $"executor-runs{suffix}.json"),
            $"resource.name.startsWith(\"{objects}v1/\") && resource.name.extract(\"/runs/{{run}}/\") != \"\" && {notPrivate}");
        yield return Condition(
            "executor-reads" + suffix, $"The executor, in code and inputs of the bucket {bucket}.",
            BindBucket(bucket, "union-executor", "unionReader", project, $"executor-reads{suffix}.json"),
            $"resource.name.startsWith(\"{objects}v1/\") && (resource.name.extract(\"/code/{{digest}}/\") != \"\" || "
            + $"resource.name.extract(\"/inputs/{{digest}}/\") != \"\") && {notPrivate}");
        if (setup.Origin is { } origin)
        {
            yield return Cors(origin, bucket, suffix);
        }
    }

    private static IEnumerable<SetupDocument> Secrets(CloudSetup setup, string project)
    {
        if (setup.Secrets is not { Store: "gcp" } secrets)
        {
            yield break;
        }

        // A condition sees the name of a secret that exists: not that of one to be made, and none in a listing.
        yield return Role(project, "secrets-role", "unionSecrets", "What the compute plane may do with its secrets.",
            ["secretmanager.secrets.delete", "secretmanager.secrets.get", "secretmanager.versions.access", "secretmanager.versions.add"], []);
        yield return Role(project, "secret-names-role", "unionSecretNames",
            "Making and listing secrets, which cannot be narrowed to a prefix: names, no values.",
            ["secretmanager.secrets.create", "secretmanager.secrets.list"],
            [BindProject("unionSecretNames", project, "None")]);
        yield return Condition(
            "secrets", "The signer, with secrets of the cluster's prefix only.",
            BindProject("unionSecrets", project, "secrets.json"),
            $"resource.name.extract(\"/secrets/{secrets.Prefix}-{{rest}}\") != \"\"");
    }

    private static SetupDocument Role(
        string project, string name, string id, string what, string[] permissions, string[] more) => new(
        name, what,
        string.Join('\n', [$"gcloud iam roles create {id} --project={project} --file={name}.json", .. more]),
        new JsonObject
        {
            ["title"] = id,
            ["description"] = what,
            ["stage"] = "GA",
            ["includedPermissions"] = new JsonArray([.. permissions.Select(p => JsonValue.Create(p))]),
        });

    private static SetupDocument Condition(string name, string what, string apply, string expression) =>
        new(name, what, apply, new JsonObject { ["title"] = name, ["description"] = what, ["expression"] = expression });

    private static SetupDocument Cors(string origin, string bucket, string suffix) => new(
        "cors" + suffix, $"Lets the console at {origin} read by signed URL.",
        $"gcloud storage buckets update gs://{bucket} --cors-file=cors{suffix}.json",
        new JsonArray(new JsonObject
        {
            ["origin"] = new JsonArray(origin),
            ["method"] = new JsonArray("GET", "HEAD", "PUT"),
            ["responseHeader"] = new JsonArray(
                "Content-Type", "Content-MD5", "Content-Range", "Range", "ETag", "x-goog-content-length-range",
                "x-goog-if-generation-match"),
            ["maxAgeSeconds"] = 300,
        }));

    private static string[] Create(string account, string project) =>
        [$"gcloud iam service-accounts create {account} --project={project}"];

    private static string BindBucket(string bucket, string account, string role, string project, string condition) =>
        $"gcloud storage buckets add-iam-policy-binding gs://{bucket} " + Bind(account, role, project, condition);

    private static string BindProject(string role, string project, string condition) =>
        $"gcloud projects add-iam-policy-binding {project} " + Bind("union-signer", role, project, condition);

    private static string Bind(string account, string role, string project, string condition) =>
        $"--member={Member(account, project)} --role=projects/{project}/roles/{role} "
        + (condition == "None" ? "--condition=None" : $"--condition-from-file={condition}");

    private static string Member(string name, string project) => $"serviceAccount:{Account(name, project)}";

    private static string Account(string name, string project) => $"{name}@{project}.iam.gserviceaccount.com";
}
