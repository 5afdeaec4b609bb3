using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;
using Union.Providers.Azure.Objects;
using Union.Providers.Gcp.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Objects;

/// <summary>
/// The vendors' own signers for node, run here and now under a fixed clock on keys that nobody thought of, must have
/// written the same bytes as ours.
/// </summary>
public sealed class VendorSignerTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly List<string> Keys =
        [.. OddKeys.Generate(seed: 5_2026, count: 500).Select(key => key.ToString()), .. OddKeys.Fixed];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SigV4_IsThatOfAmazon()
    {
        var file = await SignThereAsync("@aws-sdk/s3-request-presigner", "sigv4-vectors.mjs");
        var credentials = new SigV4Credentials(
            "AKIAIOSFODNN7EXAMPLE", new SecretValue("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));

        foreach (var vector in file.Vectors)
        {
            var options = new S3ObjectStoreOptions
            {
                Bucket = file.Bucket,
                Region = "eu-central-1",
                Endpoint = vector.Endpoint,
                PathStyle = vector.PathStyle,
            };
            var signer = new SigV4QuerySigner(S3Address.Of(options), options.Region);
            var with = credentials with { SessionToken = vector.Token is { } token ? new SecretValue(token) : null };
            Same(vector.Url, signer.Sign(GrantOf(vector, file), vector.Key, with, file.At).Url.Reveal());
        }

        Assert.Equal(4 * Keys.Count, file.Vectors.Count);
        Assert.All([true, false], has => Assert.InRange(file.Vectors.Count(v => v.Token is not null == has), Keys.Count, int.MaxValue));
        Assert.InRange(file.Vectors.Count(v => v.Endpoint is not null), 100, int.MaxValue);
        Assert.All([true, false], path => Assert.InRange(file.Vectors.Count(v => v.PathStyle is true == path), Keys.Count, int.MaxValue));
    }

    [Fact]
    public async Task Goog4_IsThatOfGoogle()
    {
        var file = await SignThereAsync("@google-cloud/storage", "goog4-vectors.mjs");
        var keyFile = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["client_email"] = file.Email!,
            ["private_key"] = file.Pem!,
        });
        var credential = CredentialFactory.FromJson<ServiceAccountCredential>(keyFile);
        var signer = new Goog4QuerySigner(credential, credential.Id, new GcsObjectStoreOptions { Bucket = file.Bucket });

        foreach (var vector in file.Vectors)
        {
            Same(vector.Url, (await signer.SignAsync(GrantOf(vector, file), vector.Key, file.At, Cancel)).Url.Reveal());
        }

        Assert.Equal(5 * Keys.Count, file.Vectors.Count);
    }

    [Fact]
    public async Task Sas_IsThatOfMicrosoft()
    {
        var file = await SignThereAsync("@azure/storage-blob", "sas-vectors.mjs");
        var key = BlobsModelFactory.UserDelegationKey(
            file.ObjectId, file.TenantId, file.At, file.At.AddDays(1), "b", file.Version, file.Key);
        var time = new FakeTimeProvider(file.At);
        using var keys = new UserDelegationKeys((_, _, _) => Task.FromResult(key), time);
        var options = new BlobObjectStoreOptions { Account = file.Account!, Container = file.Container! };

        foreach (var vector in file.Vectors)
        {
            var signer = new BlobSasSigner(
                keys, options with { EncryptionScope = vector.Scope, ClientRange = vector.Range }, time);
            var signed = await signer.SignAsync(
                GrantOf(vector, file) with { ContentLength = null, ContentMd5 = null }, vector.Key, Cancel);
            Same("?" + vector.Query, signed.Url.Reveal()[signed.Url.Reveal().IndexOf('?', StringComparison.Ordinal)..]);
        }

        Assert.Equal(6 * Keys.Count, file.Vectors.Count);
        Assert.All([null, "customer-key"], scope => Assert.Contains(file.Vectors, v => v.Scope == scope));
    }

    // So that nobody makes the comparison smaller without being seen.
    [Fact]
    public void Keys_AreFiveHundredAtLeast_OfEveryKind()
    {
        Assert.InRange(Keys.Distinct().Count(), 500, int.MaxValue);
        Assert.All(
            " +~%?#[]'.\u65e5\u0438é/".ToCharArray(),
            c => Assert.True(Keys.Count(key => key.Contains(c, StringComparison.Ordinal)) >= 10, $"U+{(int)c:X4}"));
        Assert.Contains(Keys, key => System.Text.Encoding.UTF8.GetByteCount(key) > 900);
    }

    private static async Task<VectorFile> SignThereAsync(string package, string script)
    {
        Assert.SkipWhen(NodePackages.Absent(package) is not null, NodePackages.Absent(package) ?? "");
        var output = await NodePackages.RunAsync(script, JsonSerializer.Serialize(Keys), Cancel);
        return JsonSerializer.Deserialize<VectorFile>(output, Web)!;
    }

    // The order of parameters in a URL is free, and theirs is another than that of the canonical form.
    private static void Same(string theirs, string ours) => Assert.Equal(Parts(theirs), Parts(ours));

    private static List<string> Parts(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return [url[..query], .. url[(query + 1)..].Split('&').Order(StringComparer.Ordinal)];
    }

    private static PresignGrant GrantOf(Vector vector, VectorFile file) => new(
        Enum.Parse<PresignVerb>(vector.Verb), ObjectKey.Parse(vector.Key), TimeSpan.FromSeconds(file.Seconds))
    {
        ContentLength = vector.Length,
        ContentMd5 = vector.Md5 is { } md5 ? Convert.FromBase64String(md5) : (ReadOnlyMemory<byte>?)null,
        CreateOnly = vector.CreateOnly,
        ResponseContentType = vector.Type,
        ResponseContentDisposition = vector.Disposition,
    };

    private sealed record VectorFile(
        DateTimeOffset At, int Seconds, string Bucket, List<Vector> Vectors, string? Email, string? Pem, string? Account,
        string? Container, string? Key, string? ObjectId, string? TenantId, string? Version);

    private sealed record Vector(
        string Verb, string Key, string Url, string? Query, string? Type, string? Disposition, long? Length, string? Md5,
        bool CreateOnly, string? Token, string? Endpoint, bool? PathStyle, string? Scope, string? Range);
}
