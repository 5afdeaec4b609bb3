using System.Text.Json.Nodes;
using Union.Host.Cli;
using Union.Testing;

namespace Union.Host.Tests.Cli;

public sealed class CloudPolicyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string[]> Golden => new()
    {
        {
            "cloud-policy-aws.txt", "{provider: ssm, region: eu-central-1, kmsKey: alias/union}",
            [
                "aws", "--bucket", "acme-union", "--prefix", "east", "--region", "eu-central-1", "--account", "123456789012",
                "--key", "1234abcd-12ab-34cd-56ef-1234567890ab",
            ]
        },
        {
            "cloud-policy-gcp.txt", "{provider: gcp, project: acme-prod}",
            ["gcp", "--bucket", "acme-union", "--prefix", "east", "--account", "acme-prod"]
        },
        {
            "cloud-policy-azure.txt", "{provider: keyvault, vault: 'https://acme.vault.azure.net'}",
            ["azure", "--bucket", "union", "--prefix", "east", "--account", "acmeunion"]
        },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task Policy_Text_IsTheGoldenFile(string file, string secrets, string[] arguments)
    {
        var result = await RunAsync(secrets, arguments);

        var path = Path.Combine(RepositoryFiles.Root, "tests/Union.Host.Tests/Cli/Golden", file);
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), result.Out);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task Policy_Json_HasEveryDocument_AndAPartIsOneOfThem(string file, string secrets, string[] arguments)
    {
        var all = JsonNode.Parse((await RunAsync(secrets, [.. arguments, "--output", "json"])).Out)!.AsObject();

        Assert.NotEmpty(file);
        Assert.Contains("cors", all);
        foreach (var (name, document) in all)
        {
            var part = await RunAsync(secrets, [.. arguments, "--part", name]);

            Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(part.Out)), name);
        }
    }

    [Fact]
    public async Task Aws_Roles_AreApart_AndTheBucketHoldsThePromise()
    {
        var all = JsonNode.Parse((await RunAsync(
            "{provider: secretsmanager, region: us-east-1}",
            ["aws", "--bucket", "a", "--bucket", "b", "--region", "us-east-1", "--output", "json"])).Out)!.AsObject();

        Assert.Contains("secretsmanager:GetSecretValue", all["signer-policy"]!.ToJsonString(), StringComparison.Ordinal);
        var executor = all["executor-policy"]!["Statement"]!.AsArray();
        var allowed = executor.Where(s => s!["Effect"]!.GetValue<string>() == "Allow").Select(s => s!.ToJsonString()).ToList();
        Assert.DoesNotContain(allowed, s => s.Contains("secrets", StringComparison.Ordinal) || s.Contains("s3:Delete", StringComparison.Ordinal)
            || s.Contains("s3:List", StringComparison.Ordinal) || s.Contains("\"*\"", StringComparison.Ordinal) || s.Contains("/private", StringComparison.Ordinal));
        foreach (var name in (string[])["bucket-policy", "bucket-policy-b"])
        {
            var statements = all[name]!["Statement"]!.AsArray();
            Assert.All(statements, s => Assert.Equal("Deny", s!["Effect"]!.GetValue<string>()));
            var age = statements.Single(s => s!["Sid"]!.GetValue<string>() == "UrlsThatAreTooOld")!["Condition"]!;
            Assert.Equal("600000", age["NumericGreaterThan"]!["s3:signatureAge"]!.GetValue<string>());
            Assert.Equal("REST-QUERY-STRING", age["StringEquals"]!["s3:authType"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Policy_TakesBucketsFromTheConfiguration()
    {
        var file = _folder.Write("s3.yaml", """
            version: 1
            computePlane:
              objects: {provider: s3, bucket: main, buckets: {logs: apart}, prefix: east, region: eu-central-1}
            """);

        var result = await CliResult.RunAsync(
            null, ["cloud", "policy", "aws", "--config", file, "--output", "json"], "", TestContext.Current.CancellationToken);

        var all = JsonNode.Parse(result.Out)!.AsObject();
        Assert.Contains("bucket-policy-apart", all);
        Assert.DoesNotContain("cors", all);
        var resources = all["signer-policy"]!["Statement"]![0]!["Resource"]!.AsArray().Select(r => r!.GetValue<string>());
        Assert.Equal(["arn:aws:s3:::main/east/union/*", "arn:aws:s3:::apart/east/union/*"], resources);
    }

    // The bucket holds shorter lives too, whoever signs.
    [Fact]
    public async Task Policy_OfAKindWithALifeOfItsOwn_BoundsItsFolders()
    {
        var file = _folder.Write("kinds.yaml", """
            version: 1
            computePlane:
              objects: {provider: s3, bucket: main, prefix: east, region: eu-central-1}
              policy: {maxLifetime: 30m, lifetimes: {reports: 5m, code: 30m}}
            """);

        var result = await CliResult.RunAsync(
            null, ["cloud", "policy", "aws", "--config", file, "--output", "json"], "", TestContext.Current.CancellationToken);

        var statements = JsonNode.Parse(result.Out)!["bucket-policy"]!["Statement"]!.AsArray()
            .ToDictionary(s => s!["Sid"]!.GetValue<string>(), s => s!);
        Assert.DoesNotContain("UrlsThatAreTooOldCode", statements.Keys);
        var reports = statements["UrlsThatAreTooOldReports"];
        Assert.Equal("300000", reports["Condition"]!["NumericGreaterThan"]!["s3:signatureAge"]!.GetValue<string>());
        Assert.Equal("arn:aws:s3:::main/east/union/v1/*/*/*/runs/*/*/*/report.html", reports["Resource"]!.GetValue<string>());
        Assert.Equal("1800000", statements["UrlsThatAreTooOld"]["Condition"]!["NumericGreaterThan"]!["s3:signatureAge"]!.GetValue<string>());
    }

    // A URL is held to the folders of the policy, and the role behind it to their projects, in which the cluster works.
    [Fact]
    public async Task Aws_Prefixes_NarrowTheRoles()
    {
        const string root = "arn:aws:s3:::main/east/union/";
        var all = await WithPrefixesAsync("aws", """["weather/production", "*/development/runs/a*b"]""", "--org", "acme");

        var signer = Statements(all, "signer-policy");
        string[] whole = [root + "doctor/*", root + "v1/acme/weather/production/*", root + "v1/acme/*/development/*"];
        Assert.Equal(whole, Texts(signer["Objects"]["Resource"]));
        Assert.Equal(
            whole.Select(r => r["arn:aws:s3:::main/".Length..]), Texts(signer["List"]["Condition"]!["StringLike"]!["s3:prefix"]));
        var elsewhere = signer["SignedElsewhere"];
        Assert.Equal("Deny", elsewhere["Effect"]!.GetValue<string>());
        Assert.Equal("REST-QUERY-STRING", elsewhere["Condition"]!["StringEquals"]!["s3:authType"]!.GetValue<string>());
        Assert.Equal(
            [
                root + "doctor/*", root + "v1/acme/weather/production/*", root + "v1/acme/*/development/runs/a${*}b",
                root + "v1/acme/*/development/runs/a${*}b/*",
            ],
            Texts(elsewhere["NotResource"]));
        var executor = Statements(all, "executor-policy");
        Assert.Equal(
            [root + "v1/acme/weather/production/runs/*", root + "v1/acme/*/development/runs/*"], Texts(executor["Write"]["Resource"]));
        Assert.Contains(root + "v1/acme/weather/production/code/*", Texts(executor["Read"]["Resource"]));
        Assert.Equal(6, Texts(executor["Read"]["Resource"]).Count);
    }

    [Fact]
    public async Task Gcp_Prefixes_NarrowTheConditions()
    {
        const string root = "projects/_/buckets/main/objects/east/union/";
        var known = await WithPrefixesAsync("gcp", """["weather/production/runs", "*/development"]""", "--org", "acme", "--account", "p");
        var any = await WithPrefixesAsync("gcp", """["weather/production", weather/production/code]""", "--account", "p");

        Assert.Equal($"resource.name.startsWith(\"{root}doctor/\")", Expression(known, "signer-doctor"));
        Assert.Equal($"resource.name.startsWith(\"{root}v1/acme/weather/production/\")", Expression(known, "signer-objects"));
        Assert.Equal(
            $"resource.name.startsWith(\"{root}v1/acme/\") && resource.name.extract(\"{root}v1/acme/{{any}}/development/\") != \"\"",
            Expression(known, "signer-objects-2"));
        Assert.StartsWith(
            $"resource.name.startsWith(\"{root}v1/acme/weather/production/\") && resource.name.extract(\"/runs/", Expression(known, "executor-runs"),
            StringComparison.Ordinal);
        Assert.Equal(
            $"resource.name.startsWith(\"{root}v1/\") && resource.name.extract(\"{root}v1/{{any}}/weather/production/\") != \"\"",
            Expression(any, "signer-objects"));
        Assert.DoesNotContain("signer-objects-2", any);
    }

    [Fact]
    public async Task Azure_Prefixes_NarrowTheConditions()
    {
        const string path = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike ";
        var all = await WithPrefixesAsync("azure", """["weather/production", "*/development/runs"]""", "--account", "acmeunion");

        var signer = all["signer-assignment"]!["condition"]!.GetValue<string>();
        Assert.Contains(
            $"OR (({path}'east/union/doctor/*' OR {path}'east/union/v1/*/weather/production/*' OR {path}'east/union/v1/*/*/development/*'))",
            signer, StringComparison.Ordinal);
        Assert.DoesNotContain("'east/union/*'", signer, StringComparison.Ordinal);
        var executor = all["executor-assignment"]!["condition"]!.GetValue<string>();
        Assert.Contains("'east/union/v1/*/weather/production/runs/*'", executor, StringComparison.Ordinal);
        Assert.DoesNotContain("'east/union/v1/*/runs/*'", executor, StringComparison.Ordinal);
    }

    // Where nothing may be signed, what only signing needs is not asked for.
    [Fact]
    public async Task EmptyPrefixes_LeaveNothingToSignWith()
    {
        var aws = Statements(await WithPrefixesAsync("aws", "[]"), "signer-policy");
        var gcp = await WithPrefixesAsync("gcp", "[]", "--account", "p");
        var azure = await WithPrefixesAsync("azure", "[]", "--account", "acmeunion");

        Assert.Equal(["arn:aws:s3:::main/east/union/doctor/*"], Texts(aws["SignedElsewhere"]["NotResource"]));
        Assert.Equal(["arn:aws:s3:::main/east/union/*"], Texts(aws["Objects"]["Resource"]));
        Assert.DoesNotContain("sign-role", gcp);
        Assert.DoesNotContain("delegation-role", azure);
        Assert.DoesNotContain("delegation-assignment", azure);
        Assert.Contains("signer-assignment", azure);
    }

    [Theory]
    [InlineData("aws", 60)]
    [InlineData("gcp", 20)]
    [InlineData("azure", 60)]
    public async Task Prefixes_MoreThanACloudTakes_AreRefused(string cloud, int count)
    {
        var prefixes = string.Join(", ", Enumerable.Range(0, count).Select(i => $"project-with-a-long-name-{i:000}/production"));

        var result = await RunWithPrefixesAsync(cloud, $"[{prefixes}]", ["--account", "acmeunion"]);

        Assert.NotEqual(ExitCode.Done, result.Code);
        Assert.Contains("takes", result.Error, StringComparison.Ordinal);
        Assert.Contains("computePlane.policy.prefixes", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("is no name of an org", "gcp", "--bucket", "b", "--account", "p", "--org", "a/b")]
    [InlineData("which bucket?", "gcp", "--account", "p")]
    [InlineData("which region?", "aws", "--bucket", "b")]
    [InlineData("which storage account?", "azure", "--bucket", "b")]
    [InlineData("has characters", "azure", "--bucket", "b'; rm", "--account", "a")]
    [InlineData("there is: signer-role", "gcp", "--bucket", "b", "--account", "p", "--part", "nothing")]
    public async Task Policy_WithoutWhatItNeeds_AsksForIt(string expected, params string[] arguments)
    {
        var result = await RunAsync("{provider: file}", arguments);

        Assert.NotEqual(ExitCode.Done, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    private static Dictionary<string, JsonNode> Statements(JsonObject all, string document) =>
        all[document]!["Statement"]!.AsArray().ToDictionary(s => s!["Sid"]!.GetValue<string>(), s => s!);

    private static List<string> Texts(JsonNode? oneOrMany) => oneOrMany is JsonArray many
        ? [.. many.Select(node => node!.GetValue<string>())]
        : [oneOrMany!.GetValue<string>()];

    private static string Expression(JsonObject all, string document) => all[document]!["expression"]!.GetValue<string>();

    private async Task<JsonObject> WithPrefixesAsync(string cloud, string prefixes, params string[] arguments) =>
        JsonNode.Parse((await RunWithPrefixesAsync(cloud, prefixes, [.. arguments, "--output", "json"])).Out)!.AsObject();

    private Task<CliResult> RunWithPrefixesAsync(string cloud, string prefixes, string[] arguments)
    {
        var file = _folder.Write("prefixes.yaml", $$"""
            version: 1
            computePlane:
              policy: {prefixes: {{prefixes}}}
            """);
        return CliResult.RunAsync(
            null,
            [
                "cloud", "policy", cloud, "--config", file, "--bucket", "main", "--prefix", "east", "--region", "eu-central-1",
                .. arguments,
            ],
            "", TestContext.Current.CancellationToken);
    }

    private Task<CliResult> RunAsync(string secrets, string[] arguments)
    {
        var file = _folder.Write("union.yaml", $$"""
            version: 1
            controlPlane:
              clients: {publicUrl: "https://union.example.com"}
            computePlane:
              secrets: {{secrets}}
              policy: {maxLifetime: 10m}
            """);
        return CliResult.RunAsync(null, ["cloud", "policy", .. arguments, "--config", file], "", TestContext.Current.CancellationToken);
    }
}
