using Union.Core.Authoring;
using Union.Core.ComputePlane.Objects;
using Union.Host.Configuration;

namespace Union.Host.Tests.Configuration;

public sealed class PolicyReaderTests
{
    private const string PerUrl =
        "{provider: s3, bucket: bucket, region: eu-central-1, assumeRole: {arn: 'arn:aws:iam::1:role/r', perUrl: true}}";

    [Fact]
    public void Nothing_LeavesEveryPrefixAndNetwork_AndTheLongestLifetimeForEachKind()
    {
        var policy = Load("{}").ComputePlane.Policy;

        Assert.Null(policy.Signing.Prefixes);
        Assert.Empty(policy.ClientNetworks);
        Assert.Equal(6000, policy.Signing.UrlsPerMinute);
        Assert.All(Enum.GetValues<ArtifactKind>(), kind => Assert.Equal(TimeSpan.FromHours(1), policy.Signing.LifetimeOf(kind)));
    }

    [Fact]
    public void Everything_IsReadAsItStands()
    {
        var policy = Load(
            "{maxLifetime: 30m, lifetimes: {reports: 5m, logs: 90s}, prefixes: [weather/production, '*/dev/runs'], urlsPerMinute: 50, clientNetworks: [203.0.113.0/24]}",
            PerUrl).ComputePlane.Policy;

        Assert.Equal(TimeSpan.FromMinutes(5), policy.Signing.LifetimeOf(ArtifactKind.Reports));
        Assert.Equal(TimeSpan.FromSeconds(90), policy.Signing.LifetimeOf(ArtifactKind.Logs));
        Assert.Equal(TimeSpan.FromMinutes(30), policy.Signing.LifetimeOf(ArtifactKind.Outputs));
        Assert.Equal(TimeSpan.FromSeconds(90), policy.Signing.LifetimeOf(null));
        Assert.Equal(["weather/production", "*/dev/runs"], policy.Signing.Prefixes!.Select(p => p.ToString()));
        Assert.Equal(50, policy.Signing.UrlsPerMinute);
        Assert.Equal("203.0.113.0/24", Assert.Single(policy.ClientNetworks).ToString());
    }

    [Fact]
    public void EmptyPrefixes_AreNotAbsentOnes() => Assert.Empty(Load("{prefixes: []}").ComputePlane.Policy.Signing.Prefixes!);

    [Fact]
    public void EveryMistake_IsReportedAtOnce()
    {
        var errors = Errors(
            "{maxLifetime: 10m, lifetimes: {reports: 20m, code: never, pictures: 1m}, prefixes: [weather, ../x], urlsPerMinute: 0, clientNetworks: [here]}");

        string[] expected =
        [
            "'computePlane.policy.lifetimes.code' is 'never'",
            "'computePlane.policy.lifetimes.reports' is '20m', but must be a duration such as 90s, 10m or 1h, at most 10m",
            "unknown key 'pictures'",
            "'weather' in 'computePlane.policy.prefixes' must be PROJECT/DOMAIN",
            "'../x' in 'computePlane.policy.prefixes'",
            "'computePlane.policy.urlsPerMinute' is '0'",
            "'here' in 'computePlane.policy.clientNetworks'",
        ];
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(expected, text => Assert.Single(errors, error => error.Contains(text, StringComparison.Ordinal)));
    }

    // A bound that the store cannot enforce is refused, never dropped.
    [Theory]
    [InlineData("{provider: gcs, bucket: bucket}", "[203.0.113.0/24]", "Cloud Storage binds a signed URL to no network")]
    [InlineData("{provider: file}", "[203.0.113.0/24]", "to loopback alone")]
    [InlineData("{provider: s3, bucket: bucket, region: eu-central-1}", "[203.0.113.0/24]", "'perUrl: true'")]
    [InlineData("{provider: azure, account: acme, bucket: bucket}", "[203.0.113.0/24, 198.51.100.0/24]", "a single range")]
    [InlineData("{provider: azure, account: acme, bucket: bucket}", "['2001:db8::/32']", "IPv4")]
    public void ClientNetwork_ThatTheStoreCannotEnforce_IsRefused(string objects, string networks, string reason)
    {
        var error = Assert.Single(Errors($"{{clientNetworks: {networks}}}", objects));

        Assert.Contains("'computePlane.policy.clientNetworks' cannot be kept here", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PerUrl, "[203.0.113.0/24, '2001:db8::/32']")]
    [InlineData("{provider: azure, account: acme, bucket: bucket}", "[203.0.113.0/24]")]
    public void ClientNetwork_ThatTheStoreEnforces_IsRead(string objects, string networks) =>
        Assert.NotEmpty(Load($"{{clientNetworks: {networks}}}", objects).ComputePlane.Policy.ClientNetworks);

    [Fact]
    public void UploadMax_BeyondOnePutOfS3_IsRefused()
    {
        var error = Assert.Single(Errors("{uploadMax: 6GiB}", PerUrl));

        Assert.Contains("'computePlane.policy.uploadMax' cannot be kept here", error, StringComparison.Ordinal);
        Assert.Equal(6L << 30, Load("{uploadMax: 6GiB}", "{provider: gcs, bucket: bucket}").ComputePlane.Policy.Signing.UploadMax);
    }

    private static IReadOnlyList<string> Errors(string policy, string objects = "{provider: file}") =>
        [.. Assert.Throws<InvalidDocumentException>(() => Load(policy, objects)).Errors];

    private static UnionConfiguration Load(string policy, string objects = "{provider: file}") =>
        new ConfigurationLoader(new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = "/home/me" }))
            .Load("union.yaml", $"version: 1\ncomputePlane: {{objects: {objects}, policy: {policy}}}\n", null).Configuration;
}
