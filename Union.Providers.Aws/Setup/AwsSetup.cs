using System.Globalization;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Aws.Setup;

/// <summary>
/// The least that AWS has to allow. Two roles: the signer is the compute plane, whose signed URLs can do what it can;
/// the executor is for tasks, which see a run's objects and neither secrets, private parts, journal nor other verbs.
/// </summary>
public static class AwsSetup
{
    private const int MostOfARolesPolicies = 10_240;

    private static readonly string[] Readable = ["code", "inputs", "runs"];
    private static readonly string[] Closed = ["v1/*/*/*/private/*", "v1/*/*/*/journal/*"];

    public static IReadOnlyList<SetupDocument> Write(CloudSetup setup) =>
    [
        new(
            "signer-trust", "Who may be the signer: the machine of the compute plane.",
            "aws iam create-role --role-name union-signer --assume-role-policy-document file://signer-trust.json", Trust()),
        new(
            "signer-policy", "What the compute plane may do: sign, keep objects, keep secrets.",
            "aws iam put-role-policy --role-name union-signer --policy-name union --policy-document file://signer-policy.json",
            RolePolicy("signer-policy", [.. Signer(setup), .. Keys(setup), .. Secrets(setup)])),
        new(
            "executor-trust", "Who may be the executor: machines that run tasks.",
            "aws iam create-role --role-name union-executor --assume-role-policy-document file://executor-trust.json", Trust()),
        new(
            "executor-policy", "What a task's own programs may do: read code and inputs, read and write runs.",
            "aws iam put-role-policy --role-name union-executor --policy-name union --policy-document file://executor-policy.json",
            RolePolicy("executor-policy", [.. Executor(setup), .. Keys(setup)])),
        .. setup.Buckets.Select((bucket, i) => BucketPolicy(setup, bucket, i == 0 ? "" : $"-{bucket}")),
        .. setup.Origin is null ? [] : setup.Buckets.Select((bucket, i) => Cors(setup.Origin, bucket, i == 0 ? "" : $"-{bucket}")),
    ];

    private static JsonObject Trust() => Policy(
    [
        new JsonObject
        {
            ["Sid"] = "Machines",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["Service"] = "ec2.amazonaws.com" },
            ["Action"] = "sts:AssumeRole",
        },
    ]);

    private static IEnumerable<JsonObject> Signer(CloudSetup setup)
    {
        string[] folders = setup.IsNarrowed
            ? ["doctor/*", .. setup.Projects.Select(project => $"v1/{project.Path}/*")]
            : ["*"];
        yield return Allow(
            "Objects", ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [.. setup.Buckets.SelectMany(bucket => folders.Select(folder => Objects(setup, bucket, folder)))]);
        var list = Allow("List", ["s3:ListBucket"], [.. setup.Buckets.Select(bucket => Bucket(setup, bucket))]);
        list["Condition"] = new JsonObject
        {
            ["StringLike"] = new JsonObject { ["s3:prefix"] = OneOrMany([.. folders.Select(folder => $"{setup.Root}/{folder}")]) },
        };
        yield return list;
        if (setup.Prefixes is { } prefixes)
        {
            yield return NotSigned(setup, prefixes);
        }

        // These say nothing of what is in the bucket; `union doctor` asks for them.
        yield return Allow(
            "Look", ["s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration"],
            [.. setup.Buckets.Select(bucket => Bucket(setup, bucket))]);
    }

    // The cluster's own calls are signed in a header, so a URL can be held to less than the role that signs it. The doctor
    // tries one of its own object.
    private static JsonObject NotSigned(CloudSetup setup, IReadOnlyList<SignedPrefix> prefixes)
    {
        var org = setup.Org ?? "*";
        string[] signed =
        [
            "doctor/*",
            .. prefixes.SelectMany(prefix => prefix.Folders.Count == 0
                ? [$"v1/{org}/{prefix.Project}/{prefix.Domain}/*"]
                : FoldersOf($"v1/{org}/{prefix.Project}/{prefix.Domain}/{Literal(string.Join('/', prefix.Folders))}")),
        ];
        var statement = new JsonObject
        {
            ["Sid"] = "SignedElsewhere",
            ["Effect"] = "Deny",
            ["Action"] = "s3:*",
            ["NotResource"] = OneOrMany([.. setup.Buckets.SelectMany(bucket => signed.Select(path => Objects(setup, bucket, path)))]),
            ["Condition"] = Condition("StringEquals", "s3:authType", "REST-QUERY-STRING"),
        };
        return statement;

        // A prefix may also be one object.
        static string[] FoldersOf(string path) => [path, path + "/*"];
    }

    // A folder may hold what is a pattern or a variable in a policy.
    private static string Literal(string text) => string.Concat(text.Select(c => c is '*' or '?' or '$' ? $"${{{c}}}" : $"{c}"));

    private static IEnumerable<JsonObject> Executor(CloudSetup setup)
    {
        yield return Allow("Read", ["s3:GetObject"], Within(setup, Readable));
        yield return Allow("Write", ["s3:AbortMultipartUpload", "s3:PutObject"], Within(setup, "runs"));

        // A star also matches slashes, so a run could be named like another part; what is denied stays denied.
        yield return Statement(
            "Deny", "NeverThese", ["s3:*"],
            [.. setup.Buckets.SelectMany(bucket => Closed.Select(path => Objects(setup, bucket, path)))]);
    }

    private static string[] Within(CloudSetup setup, params string[] folders) =>
    [
        .. setup.Buckets.SelectMany(bucket => setup.Projects.SelectMany(project => folders.Select(
            folder => Objects(setup, bucket, $"v1/{project.Path}/{folder}/*")))),
    ];

    private static IEnumerable<JsonObject> Keys(CloudSetup setup)
    {
        if (setup.EncryptionKey is not { } key)
        {
            yield break;
        }

        var use = Allow("ObjectKey", ["kms:Decrypt", "kms:GenerateDataKey"], [KeyArn(setup.Region, setup.Account, key)]);
        use["Condition"] = KeyCondition(key, $"s3.{setup.Region}.{Domain(setup.Region)}");
        yield return use;
    }

    private static IEnumerable<JsonObject> Secrets(CloudSetup setup)
    {
        if (setup.Secrets is not { Store: "ssm" or "secretsmanager" } secrets)
        {
            yield break;
        }

        var (region, isSsm) = (secrets.Region ?? setup.Region, secrets.Store == "ssm");
        var service = isSsm ? "ssm" : "secretsmanager";
        var resource = isSsm ? $"parameter/{secrets.Prefix}/*" : $"secret:{secrets.Prefix}/*";
        yield return Allow(
            "Secrets",
            isSsm
                ? ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"]
                :
                [
                    "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                ],
            [$"arn:{Partition(region)}:{service}:{region}:{setup.Account ?? "*"}:{resource}"]);

        // Listings cannot be narrowed to a prefix; they show names and no values.
        yield return Allow("SecretNames", [isSsm ? "ssm:DescribeParameters" : "secretsmanager:ListSecrets"], ["*"]);
        if (secrets.EncryptionKey is { } key)
        {
            var use = Allow("SecretKey", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [KeyArn(region, setup.Account, key)]);
            use["Condition"] = KeyCondition(key, $"{service}.{region}.{Domain(region)}");
            yield return use;
        }
    }

    // The bucket itself holds what we promise: whoever signs, a URL dies in time, travels encrypted, and is of version 4.
    private static SetupDocument BucketPolicy(CloudSetup setup, string bucket, string suffix)
    {
        string[] all = [Bucket(setup, bucket), $"{Bucket(setup, bucket)}/*"];
        string[] objects = [$"{Bucket(setup, bucket)}/*"];
        var content = Policy(
        [
            Refuse("WithoutTls", all, Condition("Bool", "aws:SecureTransport", "false")),
            Refuse("OldTls", all, Condition("NumericLessThan", "s3:TlsVersion", "1.2")),
            TooOld("UrlsThatAreTooOld", objects, setup.MaxLifetime),
            .. setup.Lifetimes.Where(pair => pair.Value < setup.MaxLifetime).OrderBy(pair => pair.Key)
                .Select(pair => TooOld($"UrlsThatAreTooOld{pair.Key}", FoldersOf(setup, bucket, pair.Key), pair.Value)),
            Refuse("OtherWaysToAsk", objects, new JsonObject
            {
                ["StringNotEquals"] = new JsonObject { ["s3:authType"] = new JsonArray("REST-HEADER", "REST-QUERY-STRING") },
            }),
            Refuse("OldSignatures", objects, Condition("StringNotEquals", "s3:signatureversion", "AWS4-HMAC-SHA256")),
        ]);
        return new SetupDocument(
            "bucket-policy" + suffix, $"What the bucket {bucket} refuses, whoever asks.",
            $"aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy{suffix}.json   # merge it with what is there",
            content);
    }

    private static JsonObject TooOld(string name, string[] objects, TimeSpan lifetime)
    {
        var age = ((long)lifetime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var statement = Refuse(name, objects, Condition("NumericGreaterThan", "s3:signatureAge", age));
        statement["Condition"]!["StringEquals"] = new JsonObject { ["s3:authType"] = "REST-QUERY-STRING" };
        return statement;
    }

    // Where the layout puts them. A star passes slashes too, so what tasks write is named by its own folders: the logs and
    // reports beside it may live longer.
    private static string[] FoldersOf(CloudSetup setup, string bucket, ArtifactKind kind)
    {
        var project = $"{Bucket(setup, bucket)}/{setup.Root}/v1/*/*/*";
        return kind switch
        {
            ArtifactKind.Code => [$"{project}/code/*"],
            ArtifactKind.Inputs => [$"{project}/inputs/*", $"{project}/uploads/*", $"{project}/runs/*/*/inputs.pb"],
            ArtifactKind.Outputs => [$"{project}/runs/*/*/*/outputs.pb", $"{project}/runs/*/*/*/raw/*"],
            ArtifactKind.Reports => [$"{project}/runs/*/*/*/report.html"],
            ArtifactKind.Logs => [$"{project}/runs/*/*/*/logs/*"],
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static SetupDocument Cors(string origin, string bucket, string suffix) => new(
        "cors" + suffix, $"Lets the console at {origin} read by signed URL.",
        $"aws s3api put-bucket-cors --bucket {bucket} --cors-configuration file://cors{suffix}.json",
        new JsonObject
        {
            ["CORSRules"] = new JsonArray(new JsonObject
            {
                ["AllowedOrigins"] = new JsonArray(origin),
                ["AllowedMethods"] = new JsonArray("GET", "HEAD", "PUT"),
                ["AllowedHeaders"] = new JsonArray("content-md5", "content-type", "range", "x-amz-*"),
                ["ExposeHeaders"] = new JsonArray("ETag", "Content-Range"),
                ["MaxAgeSeconds"] = 300,
            }),
        });

    private static JsonObject RolePolicy(string name, IEnumerable<JsonObject> statements)
    {
        var policy = Policy(statements);
        SetupLimits.Hold(policy.ToJsonString(), MostOfARolesPolicies, name, "AWS");
        return policy;
    }

    private static JsonObject Policy(IEnumerable<JsonObject> statements) => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new JsonArray([.. statements]),
    };

    private static JsonObject Allow(string id, string[] actions, string[] resources) =>
        Statement("Allow", id, actions, resources);

    private static JsonObject Refuse(string id, string[] resources, JsonObject condition)
    {
        var statement = Statement("Deny", id, ["s3:*"], resources);
        statement.Insert(2, "Principal", "*");
        statement["Condition"] = condition;
        return statement;
    }

    private static JsonObject Statement(string effect, string id, string[] actions, string[] resources) => new()
    {
        ["Sid"] = id,
        ["Effect"] = effect,
        ["Action"] = OneOrMany(actions),
        ["Resource"] = OneOrMany(resources),
    };

    private static JsonNode OneOrMany(string[] values) =>
        values.Length == 1 ? JsonValue.Create(values[0]) : new JsonArray([.. values.Select(value => JsonValue.Create(value))]);

    private static JsonObject Condition(string test, string key, string value) =>
        new() { [test] = new JsonObject { [key] = value } };

    // A policy's resource must be a key; an alias is a condition on any key. It is one on the key's aliases and not on the
    // request's, since a service that decrypts names the key only.
    private static JsonObject KeyCondition(string key, string service)
    {
        var condition = Condition("StringEquals", "kms:ViaService", service);
        if (key.Contains("alias/", StringComparison.Ordinal))
        {
            condition["ForAnyValue:StringEquals"] = new JsonObject
            {
                ["kms:ResourceAliases"] = key[key.IndexOf("alias/", StringComparison.Ordinal)..],
            };
        }

        return condition;
    }

    private static string KeyArn(string? region, string? account, string key) =>
        key.Contains("alias/", StringComparison.Ordinal) ? $"arn:{Partition(region)}:kms:{region}:{account ?? "*"}:key/*"
        : key.StartsWith("arn:", StringComparison.Ordinal) ? key
        : $"arn:{Partition(region)}:kms:{region}:{account ?? "*"}:key/{key}";

    private static string Bucket(CloudSetup setup, string bucket) => $"arn:{Partition(setup.Region)}:s3:::{bucket}";

    private static string Objects(CloudSetup setup, string bucket, string path) =>
        $"{Bucket(setup, bucket)}/{setup.Root}/{path}";

    private static string Partition(string? region) => region switch
    {
        not null when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
        not null when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
        _ => "aws",
    };

    private static string Domain(string? region) =>
        Partition(region) == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}
