using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Google.Apis.Auth.OAuth2;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;
using Union.Providers.Azure.Objects;
using Union.Providers.Gcp.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>
/// URLs a second of each signer beside the vendor's and the bare crypto, on one thread, in turns within one run, so that
/// whatever else the machine does is the same for all of them. Bytes are those that one URL allocates.
/// </summary>
internal static class SignBench
{
    private const string Key = "union/v1/acme/weather/production/runs/r0123456789/a0/1/outputs.pb";
    private const string Token = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJIMEYCIQDd6Y1kGZ0mJ3v8Xw5bq9zLQ2c7Hq1";
    private const int Page = 1000;

    private static readonly PresignGrant Grant =
        new(PresignVerb.Get, ObjectKey.Parse(Key), TimeSpan.FromMinutes(15));

    public static async Task RunAsync(FigureWriter writer)
    {
        await S3Async(writer, "static keys", null, 0.75);
        await S3Async(writer, "session token", string.Concat(Enumerable.Repeat(Token, 10)), 0.6);
        await GoogleAsync(writer);
        await AzureAsync(writer);
        await PageBench.RunAsync(writer);
    }

    private static async Task S3Async(FigureWriter writer, string keys, string? token, double goalOfCrypto)
    {
        AWSCredentials credentials = token is null
            ? new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            : new SessionAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", token);
        var options = new S3ObjectStoreOptions { Bucket = "some-bucket", Region = "eu-central-1" };
        using var store = new S3ObjectStore(options, credentials, TimeProvider.System);
        using var vendor = new AmazonS3Client(credentials, S3Client.ConfigOf(options));
        var canonical = Encoding.ASCII.GetBytes(CanonicalOf((await store.PresignAsync(Grant, default)).Url.Reveal()));
        var text = new byte[137]; // Algorithm, time, scope and hash, each on a line.
        var key = new byte[32];

        var turns = new Turns();
        var ours = turns.Add(() => store.PresignAsync(Grant, default).AsTask().Wait());
        var batch = turns.Add(
            () =>
            {
                for (var i = 0; i < Page; i++)
                {
                    Done(store.PresignAsync(Grant, default));
                }
            },
            Page);
        var theirs = turns.Add(() => vendor.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = options.Bucket,
            Key = Key,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(15),
        }));
        var crypto = turns.Add(() =>
        {
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(canonical, hash);
            HMACSHA256.HashData(key, text, hash);
        });
        turns.Run();

        var reference = Text($"AWSSDK.S3 {theirs.PerSecond:0}/s, bare crypto {crypto.PerSecond:0}/s");
        writer.Write(Figure.Plain($"S3, {keys}", batch.PerSecond, "URL/s", reference));
        writer.Write(Figure.AtLeast($"S3, {keys}: times AWSSDK.S3", batch.PerSecond / theirs.PerSecond, "x", 10));
        writer.Write(Figure.AtLeast($"S3, {keys}: of bare crypto", batch.PerSecond / crypto.PerSecond, "x", goalOfCrypto));
        writer.Write(token is null
            ? Figure.Below($"S3, {keys}: allocated", batch.Bytes, "B", 1025, Text($"AWSSDK.S3 {theirs.Bytes:0} B"))
            : Figure.Plain($"S3, {keys}: allocated", batch.Bytes, "B", Text($"AWSSDK.S3 {theirs.Bytes:0} B")));
        writer.Write(Figure.Plain($"S3, {keys}: a page of {Page}", 1000 * Page / batch.PerSecond, "ms", Text($"one by one {ours.PerSecond:0}/s")));
    }

    private static Task GoogleAsync(FigureWriter writer)
    {
        using var rsa = RSA.Create(2048);
        var initializer = new ServiceAccountCredential.Initializer("signer@throw-away.iam.gserviceaccount.com")
            .FromPrivateKey(rsa.ExportPkcs8PrivateKeyPem());
        var credential = new ServiceAccountCredential(initializer);
        var signer = new Goog4QuerySigner(credential, credential.Id, new GcsObjectStoreOptions { Bucket = "some-bucket" });
        var text = new byte[120];

        var turns = new Turns();
        var ours = turns.Add(() => signer.SignAsync(Grant, Key, TimeProvider.System.GetUtcNow(), default).Wait());
        var bare = turns.Add(() => credential.Key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        turns.Run();

        writer.Write(Figure.Plain("GCS, key file", ours.PerSecond, "URL/s", Text($"one RSA signature {bare.PerSecond:0}/s")));
        writer.Write(Figure.Below("GCS: time of one RSA signature", bare.PerSecond / ours.PerSecond, "x", 1.1));
        writer.Write(Figure.Plain("GCS: allocated", ours.Bytes, "B"));
        return Task.CompletedTask;
    }

    private static async Task AzureAsync(FigureWriter writer)
    {
        var now = TimeProvider.System.GetUtcNow();
        var delegated = BlobsModelFactory.UserDelegationKey(
            Guid.Empty.ToString(), Guid.Empty.ToString(), now.AddMinutes(-10), now.AddDays(1), "b", "2025-05-05",
            Convert.ToBase64String(new byte[32]));
        using var keys = new UserDelegationKeys((_, _, _) => Task.FromResult(delegated), TimeProvider.System);
        var options = new BlobObjectStoreOptions { Account = "someaccount", Container = "some-container" };
        var signer = new BlobSasSigner(keys, options, TimeProvider.System);
        await signer.SignAsync(Grant, Key, default);

        var turns = new Turns();
        var ours = turns.Add(() => signer.SignAsync(Grant, Key, default).AsTask().Wait());
        var theirs = turns.Add(() =>
        {
            var builder = new BlobSasBuilder(BlobSasPermissions.Read, now.AddMinutes(15))
            {
                BlobContainerName = options.Container,
                BlobName = Key,
                Resource = "b",
                StartsOn = now,
            };
            _ = builder.ToSasQueryParameters(delegated, options.Account).ToString();
        });
        turns.Run();

        writer.Write(Figure.Plain("Azure, delegation key", ours.PerSecond, "URL/s", Text($"BlobSasBuilder {theirs.PerSecond:0}/s")));
        writer.Write(Figure.Plain("Azure: allocated", ours.Bytes, "B", Text($"BlobSasBuilder {theirs.Bytes:0} B")));
    }

    private static PresignedRequest Done(ValueTask<PresignedRequest> signed) => signed.IsCompletedSuccessfully
        ? signed.Result
        : throw new InvalidOperationException("Signing with keys that were read already waits for nothing.");

    // What is hashed for a URL, as long as it is in truth.
    private static string CanonicalOf(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var end = url.IndexOf("&X-Amz-Signature", StringComparison.Ordinal);
        return $"GET\n/{Key}\n{url[(query + 1)..end]}\nhost:some-bucket.s3.eu-central-1.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
