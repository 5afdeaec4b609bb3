using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Gcp.Objects;
using Union.Testing;

namespace Union.Providers.Tests.Gcp;

public sealed class Goog4QuerySignerTests
{
    private static readonly GcsObjectStoreOptions Bucket = new() { Bucket = "bucket" };
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    // The vectors are of Google's own signer for node; make-vectors.mjs made them under a key of its own.
    [Fact]
    public async Task Sign_EveryVector_HasTheVendorsPathAndParameters()
    {
        var vectors = Read();
        using var keyFile = KeyFile(vectors);
        var credential = CredentialFactory.FromStream<ServiceAccountCredential>(keyFile);
        var signer = new Goog4QuerySigner(credential, credential.Id, new GcsObjectStoreOptions { Bucket = vectors.Bucket });

        foreach (var vector in vectors.Vectors)
        {
            var signed = await signer.SignAsync(
                GrantOf(vector, vectors.Seconds), vector.Key, vectors.At, TestContext.Current.CancellationToken);

            Assert.Equal(Parts(vector.Url), Parts(signed.Url.Reveal()));
            Assert.Equal(vectors.At.AddSeconds(vectors.Seconds), signed.ExpiresAt);
        }

        Assert.NotEmpty(vectors.Vectors);
    }

    [Fact]
    public async Task Sign_EveryBound_IsARequiredHeader()
    {
        var signer = new Goog4QuerySigner(new Signer(_ => Task.FromResult("AAAA")), "a@b", Bucket);
        var grant = new PresignGrant(PresignVerb.Put, ObjectKey.Parse("a"), TimeSpan.FromMinutes(5))
        {
            ContentLength = 5,
            ContentMd5 = new byte[16],
            CreateOnly = true,
        };

        var signed = await signer.SignAsync(grant, "a", DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);

        Assert.Equal("5,5", signed.RequiredHeaders["x-goog-content-length-range"]);
        Assert.Equal("0", signed.RequiredHeaders["x-goog-if-generation-match"]);
        Assert.Equal("AAAAAAAAAAAAAAAAAAAAAA==", signed.RequiredHeaders["content-md5"]);
    }

    [Theory]
    [InlineData(System.Net.HttpStatusCode.Forbidden, ObjectStoreError.Denied)]
    [InlineData(System.Net.HttpStatusCode.ServiceUnavailable, ObjectStoreError.Unavailable)]
    public async Task Sign_WhereGoogleRefuses_SaysWhy(System.Net.HttpStatusCode status, ObjectStoreError error)
    {
        var refusal = new Google.GoogleApiException("iam", "no") { HttpStatusCode = status };
        var signer = new Goog4QuerySigner(new Signer(_ => Task.FromException<string>(refusal)), "a@b", Bucket);
        var grant = new PresignGrant(PresignVerb.Get, ObjectKey.Parse("a"), TimeSpan.FromMinutes(5));

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => signer.SignAsync(
            grant, "a", DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken));

        Assert.Equal(error, thrown.Error);
    }

    private static VectorFile Read()
    {
        var path = Path.Combine(RepositoryFiles.Root, "tests/Union.Providers.Tests/Gcp/goog4-vectors.json");
        return JsonSerializer.Deserialize<VectorFile>(File.ReadAllText(path), Web)!;
    }

    private static MemoryStream KeyFile(VectorFile vectors) => new(JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "throw-away",
            ["private_key_id"] = "1",
            ["client_email"] = vectors.Email,
            ["private_key"] = vectors.Pem,
        }));

    private static PresignGrant GrantOf(Vector vector, int seconds) =>
        new(Enum.Parse<PresignVerb>(vector.Verb), ObjectKey.Parse(vector.Key), TimeSpan.FromSeconds(seconds))
        {
            ContentLength = vector.Length,
            ContentMd5 = vector.Md5 is { } md5 ? Convert.FromBase64String(md5) : (ReadOnlyMemory<byte>?)null,
            CreateOnly = vector.CreateOnly,
            ResponseContentType = vector.Type,
            ResponseContentDisposition = vector.Disposition,
        };

    // The order of parameters in a URL is free: theirs puts the caller's own elsewhere.
    private static List<string> Parts(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return [url[..query], .. url[(query + 1)..].Split('&').Order(StringComparer.Ordinal)];
    }

    private sealed record VectorFile(
        string Email, string Pem, string Bucket, DateTimeOffset At, int Seconds, List<Vector> Vectors);

    private sealed record Vector(
        string Verb, string Key, string? Type, string? Disposition, long? Length, string? Md5, bool CreateOnly, string Url);

    private sealed class Signer(Func<byte[], Task<string>> sign) : IBlobSigner
    {
        public Task<string> SignBlobAsync(byte[] blob, CancellationToken cancellationToken = default) => sign(blob);
    }
}
