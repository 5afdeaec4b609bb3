using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Azure.Objects;
using Union.Testing;

namespace Union.Providers.Tests.Azure;

public sealed class BlobSasSignerTests
{
    private const string Endpoint = "https://someaccount.blob.core.windows.net";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);
    private Exception? _refusal;
    private int _fetched;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The vectors are of Microsoft's own signer for node; make-vectors.mjs made them.
    [Fact]
    public async Task Sign_EveryVector_HasTheVendorsParameters_AndTheEscapedKey()
    {
        var file = Read();
        using var keys = KeysOf(file);
        var signer = new BlobSasSigner(keys, Options(file.Account, file.Container), _time);

        foreach (var vector in file.Vectors)
        {
            var grant = new PresignGrant(
                Enum.Parse<PresignVerb>(vector.Verb), ObjectKey.Parse(vector.Key), TimeSpan.FromSeconds(file.Seconds))
            {
                CreateOnly = vector.CreateOnly,
                ResponseContentType = vector.Type,
                ResponseContentDisposition = vector.Disposition,
            };

            var signed = await signer.SignAsync(grant, vector.Key, Cancel);

            var parts = signed.Url.Reveal().Split('?');
            Assert.Equal(2, parts.Length);
            Assert.Equal($"{Endpoint}/{file.Container}/{vector.Key}", Uri.UnescapeDataString(parts[0]));
            Assert.Equal(Parameters(vector.Query), Parameters(parts[1]));
            Assert.Equal(file.At.AddSeconds(file.Seconds), signed.ExpiresAt);
            Assert.Equal(vector.Verb == "Put", signed.RequiredHeaders.ContainsKey("x-ms-blob-type"));
        }

        Assert.NotEmpty(file.Vectors);
    }

    [Fact]
    public async Task Sign_ABoundOnContent_IsRefused()
    {
        using var keys = KeysOf(Read());
        var signer = new BlobSasSigner(keys, Options("account", "container"), _time);
        var put = new PresignGrant(PresignVerb.Put, ObjectKey.Parse("a"), TimeSpan.FromMinutes(5));

        foreach (var grant in new[] { put with { ContentLength = 5 }, put with { ContentMd5 = new byte[16] } })
        {
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
                async () => await signer.SignAsync(grant, "a", Cancel));
            Assert.Equal(ObjectStoreError.Unsupported, thrown.Error);
        }
    }

    [Fact]
    public async Task Sign_BeyondTheKeysEnd_EndsWithTheKey()
    {
        using var keys = new UserDelegationKeys((s, _, _) => Task.FromResult(Key(Read(), s, Noon.AddMinutes(30))), _time);
        var signer = new BlobSasSigner(keys, Options("account", "container"), _time);

        var grant = new PresignGrant(PresignVerb.Get, ObjectKey.Parse("a"), TimeSpan.FromHours(1));
        var signed = await signer.SignAsync(grant, "a", Cancel);

        Assert.Equal(Noon.AddMinutes(30), signed.ExpiresAt);
    }

    [Fact]
    public async Task Keys_ManyCallers_FetchOnce_AndAgainAtHalfLife()
    {
        var gate = new TaskCompletionSource();
        using var keys = KeysOf(Read(), gate.Task);

        var callers = Enumerable.Range(0, 20).Select(_ => keys.GetAsync(TimeSpan.FromHours(1), Cancel).AsTask()).ToList();
        gate.SetResult();
        await Task.WhenAll(callers);
        _time.Advance(TimeSpan.FromHours(11));
        await keys.GetAsync(TimeSpan.FromHours(1), Cancel);
        Assert.Equal(1, _fetched);

        _time.Advance(TimeSpan.FromHours(1));
        await keys.GetAsync(TimeSpan.FromHours(1), Cancel);
        Assert.Equal(2, _fetched);
    }

    [Fact]
    public async Task Keys_WhereARenewalFails_ServeTheOldOneAsLongAsItSuffices()
    {
        using var keys = KeysOf(Read());
        await keys.GetAsync(TimeSpan.FromHours(1), Cancel);
        _refusal = new RequestFailedException(403, "no");

        _time.Advance(TimeSpan.FromHours(23));
        await keys.GetAsync(TimeSpan.FromHours(1), Cancel);
        _time.Advance(TimeSpan.FromSeconds(1));
        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            async () => await keys.GetAsync(TimeSpan.FromHours(1), Cancel));

        Assert.Equal(ObjectStoreError.Denied, thrown.Error);
    }

    private static BlobObjectStoreOptions Options(string account, string container) =>
        new() { Account = account, Container = container };

    private static VectorFile Read()
    {
        var path = Path.Combine(RepositoryFiles.Root, "tests/Union.Providers.Tests/Azure/sas-vectors.json");
        return JsonSerializer.Deserialize<VectorFile>(File.ReadAllText(path), Web)!;
    }

    private UserDelegationKeys KeysOf(VectorFile file, Task? gate = null) => new(
        async (starts, expires, _) =>
        {
            _fetched++;
            await (gate ?? Task.CompletedTask);
            return _refusal is null ? Key(file, starts + UserDelegationKeys.Backdated, expires) : throw _refusal;
        },
        _time);

    private static UserDelegationKey Key(VectorFile file, DateTimeOffset starts, DateTimeOffset expires) =>
        BlobsModelFactory.UserDelegationKey(file.ObjectId, file.TenantId, starts, expires, "b", file.Version, file.Key);

    // By name and decoded: the two SDKs order parameters and escape spaces differently.
    private static List<string> Parameters(string query) =>
        [.. query.Split('&').Select(p => Uri.UnescapeDataString(p.Replace("+", "%20", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];

    private sealed record VectorFile(
        string Account, string Container, DateTimeOffset At, int Seconds, string Key, string ObjectId, string TenantId,
        string Version, List<Vector> Vectors);

    private sealed record Vector(
        string Verb, string Key, string? Type, string? Disposition, bool CreateOnly, string Query);
}
