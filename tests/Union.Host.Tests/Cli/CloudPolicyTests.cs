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

    [Theory]
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
