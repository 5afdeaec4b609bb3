using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BenchmarkDotNet.Attributes;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>A link to read one object: by our signer, by AWSSDK.S3, and the hash and signature alone.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls CleanUp.")]
public class S3Signing
{
    internal const string StaticKeys = "static keys";
    internal const string SessionToken = "session token";

    private const string Token = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJIMEYCIQDd6Y1kGZ0mJ3v8Xw5bq9zLQ2c7Hq1";

    private readonly byte[] _text = new byte[137]; // Algorithm, time, scope and hash, each on a line.
    private readonly byte[] _key = new byte[32];
    private S3ObjectStore _store = null!;
    private AmazonS3Client _vendor = null!;
    private byte[] _canonical = [];

    /// <summary>What the signer has: a token is a kilobyte more in each URL.</summary>
    [Params(StaticKeys, SessionToken)]
    public string Keys { get; set; } = StaticKeys;

    [GlobalSetup]
    public void SetUp()
    {
        AWSCredentials credentials = Keys == StaticKeys
            ? new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            : new SessionAWSCredentials(
                "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", string.Concat(Enumerable.Repeat(Token, 10)));
        var options = new S3ObjectStoreOptions { Bucket = "some-bucket", Region = "eu-central-1" };
        _store = new S3ObjectStore(options, credentials, TimeProvider.System);
        _vendor = new AmazonS3Client(credentials, S3Client.ConfigOf(options));
        // Reads the keys once; from here on signing waits for nothing.
        var url = _store.PresignAsync(Links.Read, default).AsTask().GetAwaiter().GetResult().Url.Reveal();
        _canonical = Encoding.ASCII.GetBytes(CanonicalOf(url));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        _vendor.Dispose();
    }

    [Benchmark]
    public PresignedRequest Ours() => Links.Signed(_store.PresignAsync(Links.Read, default));

    [Benchmark]
    public string Vendor() => _vendor.GetPreSignedURL(new GetPreSignedUrlRequest
    {
        BucketName = "some-bucket",
        Key = Links.Key,
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(15),
    });

    [Benchmark]
    public byte Crypto()
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(_canonical, hash);
        HMACSHA256.HashData(_key, _text, hash);
        return hash[0];
    }

    // What is hashed for a URL, as long as it is in truth.
    private static string CanonicalOf(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var end = url.IndexOf("&X-Amz-Signature", StringComparison.Ordinal);
        return $"GET\n/{Links.Key}\n{url[(query + 1)..end]}\nhost:some-bucket.s3.eu-central-1.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD";
    }
}
