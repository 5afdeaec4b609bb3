using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Gcp.Setup;

/// <summary>
/// The least that Google Cloud has to allow: roles of their own for the signer (the compute plane) and the executor (tasks),
/// each bound under a condition on names. A bucket there cannot cap the life of a signed URL by itself.
/// </summary>
public static class GcpSetup
{
    /// <summary>Of one role for one account, less the doctor's own.</summary>
    private const int MostConditions = 19;

    public static IReadOnlyList<SetupDocument> Write(CloudSetup setup)
    {
        if (setup.Projects.Count > MostConditions)
        {
            throw SetupLimits.TooMuch(
                $"The policy names {setup.Projects.Count} projects and domains, and Google Cloud takes {MostConditions} conditions for one role.");
        }

        var project = setup.Account ?? "PROJECT";
        return
        [
            Role(project, "signer-role", "unionSigner", "What the compute plane may do with objects.",
                ["storage.objects.create", "storage.objects.delete", "storage.objects.get"], Create("union-signer", project)),
            Role(project, "list-role", "unionList", "Listing objects, which cannot be narrowed to a prefix: names, no content.",
                ["storage.buckets.get", "storage.objects.list"],
                [.. setup.Buckets.Select(bucket => BindBucket(bucket, "union-signer", "unionList", project, "None"))]),
            .. setup.SignsNothing ? [] : Sign(project),
            Role(project, "executor-role", "unionExecutor", "What a task's own programs may do with a run's objects.",
                ["storage.objects.create", "storage.objects.delete", "storage.objects.get"], Create("union-executor", project)),
            Role(project, "reader-role", "unionReader", "What they may do with code and inputs.", ["storage.objects.get"], []),
            .. setup.Buckets.SelectMany((bucket, i) => Bucket(setup, project, bucket, i == 0 ? "" : $"-{bucket}")),
            .. Secrets(setup, project),
        ];
    }

    private static SetupDocument[] Sign(string project) =>
    [
        Role(project, "sign-role", "unionSign", "Lets the signer sign as itself, where it has no key file.",
            ["iam.serviceAccounts.signBlob"],
            [
                $"gcloud iam service-accounts add-iam-policy-binding {Account("union-signer", project)} "
                + $"--member={Member("union-signer", project)} --role=projects/{project}/roles/unionSign",
            ]),
    ];

    private static IEnumerable<SetupDocument> Bucket(CloudSetup setup, string project, string bucket, string suffix)
    {
        var root = $"projects/_/buckets/{bucket}/objects/{setup.Root}/";
        if (setup.IsNarrowed)
        {
            yield return Condition(
                "signer-doctor" + suffix, $"The signer, where `union doctor` tries the bucket {bucket}.",
                BindBucket(bucket, "union-signer", "unionSigner", project, $"signer-doctor{suffix}.json"),
                $"resource.name.startsWith(\"{root}doctor/\")");
        }

        // One binding for each, since a condition has at most twelve operators.
        for (var i = 0; i < setup.Projects.Count; i++)
        {
            foreach (var document in Projects(setup, project, bucket, setup.Projects[i], root, i == 0 ? suffix : $"{suffix}-{i + 1}"))
            {
                yield return document;
            }
        }

        if (setup.Origin is { } origin)
        {
            yield return Cors(origin, bucket, suffix);
        }
    }

    private static IEnumerable<SetupDocument> Projects(
        CloudSetup setup, string project, string bucket, ProjectPattern pattern, string root, string suffix)
    {
        var (signed, within) = setup.IsNarrowed ? (Within(root, pattern), Within(root, pattern)) : (StartsWith(root), StartsWith(root + "v1/"));
        var of = setup.IsNarrowed ? $"{pattern.Path} in the bucket {bucket}" : $"the bucket {bucket}";
        var notPrivate = "resource.name.extract(\"/private/{rest}\") == \"\" && resource.name.extract(\"/journal/{rest}\") == \"\"";
        yield return Condition(
            "signer-objects" + suffix, $"The signer, in the cluster's folder of {of}.",
            BindBucket(bucket, "union-signer", "unionSigner", project, $"signer-objects{suffix}.json"), signed);
        yield return Condition(
            "executor-runs" + suffix, $"The executor, in runs of {of}.",
            BindBucket(bucket, "union-executor", "unionExecutor", project, $"executor-runs{suffix}.json"),
            $"{within} && resource.name.extract(\"/runs/{{run}}/\") != \"\" && {notPrivate}");
        yield return Condition(
            "executor-reads" + suffix, $"The executor, in code and inputs of {of}.",
            BindBucket(bucket, "union-executor", "unionReader", project, $"executor-reads{suffix}.json"),
            $"{within} && (resource.name.extract(\"/code/{{digest}}/\") != \"\" || "
            + $"resource.name.extract(\"/inputs/{{digest}}/\") != \"\") && {notPrivate}");
    }

    private static string StartsWith(string path) => $"resource.name.startsWith(\"{path}\")";

    // There are no patterns, but a function that takes what stands between two texts. What is known from the left on is
    // compared whole; a name that is any takes one such function, and like a star it also passes slashes.
    private static string Within(string root, ProjectPattern pattern)
    {
        string?[] names = [pattern.Org, pattern.Project, pattern.Domain];
        var known = root + "v1/" + string.Concat(names.TakeWhile(name => name is not null).Select(name => name + "/"));
        var rest = names.SkipWhile(name => name is not null).SkipWhile(name => name is null).ToList();
        var tests = new List<string> { StartsWith(known) };
        if (rest.Count > 0)
        {
            tests.Add($"resource.name.extract(\"{known}{{any}}/{string.Concat(rest.TakeWhile(name => name is not null).Select(name => name + "/"))}\") != \"\"");
        }

        return string.Join(" && ", tests);
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
