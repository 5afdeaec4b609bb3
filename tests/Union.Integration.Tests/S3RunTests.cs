using Amazon.S3;
using Amazon.S3.Model;
using Union.Providers.Aws.Objects;
using Union.Testing.Servers;

namespace Union.Integration.Tests;

/// <summary>A cluster whose objects lie in S3: every byte goes straight there, by signed URL or the cluster's own call.</summary>
public sealed class S3RunTests(RadosGateway gateway) : IClassFixture<RadosGateway>, IAsyncLifetime
{
    private const string Bucket = "runs";
    private const string LogsBucket = "logs-only";

    private UnionInstallation? _union;
    private AmazonS3Client? _s3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(gateway.Absent is not null, gateway.Absent ?? "");
        var options = new S3ObjectStoreOptions { Bucket = Bucket, Region = "us-east-1", Endpoint = gateway.Endpoint };
        _s3 = new AmazonS3Client(gateway.AccessKey, gateway.SecretKey, S3Client.ConfigOf(options));
        await _s3.PutBucketAsync(Bucket, Cancel);
        await _s3.PutBucketAsync(LogsBucket, Cancel);
        using var secrets = new TemporaryFolder();
        var secret = secrets.Write("s3.key", gateway.SecretKey);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _union = await UnionInstallation.StartAsync(
            $"{{provider: s3, bucket: {Bucket}, buckets: {{logs: {LogsBucket}}}, prefix: a/b, region: us-east-1, "
            + $"endpoint: '{gateway.Endpoint}', credentials: {{source: static, accessKeyId: {gateway.AccessKey}, "
            + $"secretAccessKey: {{file: {secret}}}}}, "
            + $"assumeRole: {{arn: '{RadosGateway.Role}', endpoint: '{gateway.Endpoint}', perUrl: true}}}}");
    }

    public async ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        if (_union is not null)
        {
            await _union.DisposeAsync();
        }
    }

    [Fact]
    public async Task Weather_runs_with_its_data_code_logs_and_report_in_the_bucket()
    {
        var samples = Path.Combine(RepositoryFiles.Root, "samples");

        var hello = (await _union!.RunAsync("run", $"{samples}/hello/hello.yaml", "--input", "name=Ada", "--name", "hello-1")).Done();
        (await _union.RunAsync(
            "run", $"{samples}/weather/weather.yaml", "--name", "weather-1",
            "--input", $"data=@{samples}/weather/data/seattle-weather.csv", "--input", "city=Seattle")).Done();

        Assert.Contains("greeting = Hello, Ada!", hello.Output, StringComparison.Ordinal);
        Assert.Contains("Hello, Ada!", (await _union.RunAsync("get", "io", "hello-1")).Done().Output, StringComparison.Ordinal);
        Assert.Contains("greeted", (await _union.RunAsync("logs", "hello-1")).Done().Output, StringComparison.Ordinal);
        var page = Path.Combine(_union.User, "report.html");
        (await _union.RunAsync("report", "weather-1", "report", "--output-file", page)).Done();
        Assert.Contains("<h1>Weather in Seattle", await File.ReadAllTextAsync(page, Cancel), StringComparison.Ordinal);
        Assert.Contains(
            "hottest day", (await _union.RunAsync("output", "weather-1", "a0", "summary")).Done().Output, StringComparison.Ordinal);

        var keys = await KeysAsync(Bucket);
        foreach (var part in new[] { "/code/", "/inputs", "/private/", "/a0/1/outputs.pb", "/report.html" })
        {
            Assert.Contains(keys, key => key.StartsWith("a/b/union/v1/", StringComparison.Ordinal)
                && key.Contains(part, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(keys, key => key.Contains("/logs/", StringComparison.Ordinal));
        Assert.All(await KeysAsync(LogsBucket), key => Assert.Contains("/logs/", key, StringComparison.Ordinal));
        Assert.NotEmpty(await KeysAsync(LogsBucket));
        Assert.False(Directory.Exists(Path.Combine(_union.Compute.Folder, "data/objects")));
    }

    private async Task<List<string>> KeysAsync(string bucket)
    {
        var listed = await _s3!.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }, Cancel);
        return [.. (listed.S3Objects ?? []).Select(found => found.Key)];
    }
}
