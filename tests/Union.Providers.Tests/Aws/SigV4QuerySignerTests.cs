using System.Globalization;
using System.Web;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Aws;

public sealed class SigV4QuerySignerTests
{
    private const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Token = "IQoJb3JpZ2luX2VjE+/=";

    private static readonly SigV4Credentials Credentials = new(AccessKey, new SecretValue(SecretKey));

    // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, "Example of a presigned URL".
    [Fact]
    public void Sign_TheExampleOfAws_HasItsSignature()
    {
        var signer = new SigV4QuerySigner(new S3Address("https", "examplebucket.s3.amazonaws.com", ""), "us-east-1");
        var at = new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

        var signed = signer.Sign(Grant(TimeSpan.FromDays(1)), "test.txt", Credentials, at);

        Assert.Equal(
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            signed.Url.Reveal());
        Assert.Equal(at.AddDays(1), signed.ExpiresAt);
    }

    [Theory]
    [InlineData(null, false, null)]
    [InlineData(null, true, null)]
    [InlineData(null, false, Token)]
    [InlineData("https://s3.example.test:9443", true, Token)]
    public void Sign_AnyKey_AgreesWithTheVendorsSigner(string? endpoint, bool pathStyle, string? token)
    {
        var options = new S3ObjectStoreOptions
        {
            Bucket = "some-bucket",
            Region = "eu-central-1",
            Endpoint = endpoint,
            PathStyle = pathStyle,
        };
        AWSCredentials vendor = token is null
            ? new BasicAWSCredentials(AccessKey, SecretKey)
            : new SessionAWSCredentials(AccessKey, SecretKey, token);
        using var s3 = new AmazonS3Client(vendor, S3Client.ConfigOf(options));
        var credentials = Credentials with { SessionToken = token is null ? null : new SecretValue(token) };
        var signer = new SigV4QuerySigner(S3Address.Of(options), options.Region);
        var keys = OddKeys.Generate(seed: 20261124, count: 200).Select(k => k.ToString()).Concat(OddKeys.Fixed);

        foreach (var key in keys)
        {
            foreach (var verb in Enum.GetValues<PresignVerb>())
            {
                var theirs = s3.GetPreSignedURL(new GetPreSignedUrlRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    Verb = Enum.Parse<HttpVerb>(verb.ToString().ToUpperInvariant()),
                    Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(10),
                });
                Assert.Equal(Parts(theirs), Parts(SignLike(signer, theirs, verb, key, credentials)));
            }
        }
    }

    [Fact]
    public void Sign_AcrossDaysAndCredentials_NeverReusesAKey()
    {
        var address = new S3Address("https", "b.s3.eu-central-1.amazonaws.com", "");
        var kept = new SigV4QuerySigner(address, "eu-central-1");
        var night = new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero);
        var other = Credentials with { SecretKey = new SecretValue("other") };

        foreach (var (at, credentials) in new[]
        {
            (night, Credentials), (night.AddSeconds(1), Credentials), (night, other), (night, Credentials),
        })
        {
            var fresh = new SigV4QuerySigner(address, "eu-central-1");
            Assert.Equal(
                fresh.Sign(Grant(TimeSpan.FromHours(1)), "a", credentials, at).Url.Reveal(),
                kept.Sign(Grant(TimeSpan.FromHours(1)), "a", credentials, at).Url.Reveal());
        }
    }

    [Fact]
    public void Sign_EveryBound_IsASignedHeader()
    {
        var signer = new SigV4QuerySigner(new S3Address("https", "h", "/b"), "eu-central-1");
        var grant = new PresignGrant(PresignVerb.Put, ObjectKey.Parse("a"), TimeSpan.FromMinutes(1))
        {
            ContentLength = 5,
            ContentMd5 = Signed.Md5([1]),
            CreateOnly = true,
        };

        var signed = signer.Sign(grant, "a", Credentials, DateTimeOffset.UnixEpoch);

        Assert.Contains(
            "&X-Amz-SignedHeaders=content-length%3Bcontent-md5%3Bhost%3Bif-none-match&",
            signed.Url.Reveal(), StringComparison.Ordinal);
        Assert.Equal(["content-length", "content-md5", "if-none-match"], signed.RequiredHeaders.Keys.Order());
    }

    [Fact]
    public void Options_Wrong_NameEveryError()
    {
        var options = new S3ObjectStoreOptions
        {
            Bucket = "A",
            Prefix = "/a",
            Region = "eu central",
            Endpoint = "http://example.test/path",
            MaxLifetime = TimeSpan.FromHours(2),
            UploadMax = 0,
        };

        var thrown = Assert.Throws<ArgumentException>(options.EnsureValid);

        Assert.Equal(6, thrown.Message.Split(". ").Length);
    }

    // Their clock is the wall's, so ours is set to the instant and lifetime that stand in their URL.
    private static string SignLike(
        SigV4QuerySigner signer, string theirs, PresignVerb verb, string key, SigV4Credentials credentials)
    {
        var query = HttpUtility.ParseQueryString(theirs[theirs.IndexOf('?', StringComparison.Ordinal)..]);
        var at = DateTimeOffset.ParseExact(
            query["X-Amz-Date"]!, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var lifetime = TimeSpan.FromSeconds(int.Parse(query["X-Amz-Expires"]!, CultureInfo.InvariantCulture));
        var grant = new PresignGrant(verb, ObjectKey.Parse(key), lifetime);
        return signer.Sign(grant, key, credentials, at).Url.Reveal();
    }

    // The order of parameters in a URL is free; theirs is another than that of the canonical form.
    private static List<string> Parts(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return [url[..query], .. url[(query + 1)..].Split('&').Order(StringComparer.Ordinal)];
    }

    private static PresignGrant Grant(TimeSpan lifetime) => new(PresignVerb.Get, ObjectKey.Parse("test.txt"), lifetime);
}
