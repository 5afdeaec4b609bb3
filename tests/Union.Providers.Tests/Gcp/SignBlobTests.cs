using System.Net;
using System.Security.Cryptography;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Gcp.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Gcp;

/// <summary>An identity without a key: Google's own client calls IAM over a network, and the store checks what it signed.</summary>
public sealed class SignBlobTests : IAsyncLifetime
{
    private readonly RSA _key = RSA.Create(2048);
    private IamCredentialsServer _iam = null!;
    private LoopbackServer _server = null!;
    private CloudStorageServer _storage = null!;
    private GcsObjectStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static PresignGrant Get => new(PresignVerb.Get, ObjectKey.Parse("a b+c"), TimeSpan.FromMinutes(5));

    public async ValueTask InitializeAsync()
    {
        _iam = new IamCredentialsServer(_key);
        _server = await LoopbackServer.StartAsync(_iam.AnswerAsync);
        _storage = await CloudStorageServer.StartAsync(_key);
        _store = Open(CloudStorageServer.Account);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _server.DisposeAsync();
        await _storage.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Presign_IsSignedByIam_AndTheStoreTakesIt()
    {
        await _store.PutAsync(Get.Key, new MemoryStream("hello"u8.ToArray()), PutMode.Replace, Cancel);

        var signed = await _store.PresignAsync(Get, Cancel);

        Assert.Equal(1, _iam.Signed);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var good = await client.SendAsync(signed.ToMessage(), Cancel);
        Assert.Equal("hello", await good.Content.ReadAsStringAsync(Cancel));
        using var other = await client.SendAsync(
            signed.ToMessage(url: u => u.Replace("a%20b", "x%20b", StringComparison.Ordinal)), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Theory]
    [InlineData(403, "PERMISSION_DENIED", "object_store_denied")]
    [InlineData(429, "RESOURCE_EXHAUSTED", "object_store_throttled")]
    [InlineData(400, "FAILED_PRECONDITION", "object_store_unavailable")]
    public async Task Presign_WhereIamRefuses_SaysWhatToDo(int status, string code, string reason)
    {
        _iam.Refusal = (status, code);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(async () => await _store.PresignAsync(Get, Cancel));

        Assert.Equal(reason, thrown.ToAnswer().Reason);
        Assert.Equal(status == 403 ? "iam.serviceAccounts.signBlob" : null, thrown.Permission);
    }

    [Theory]
    [InlineData(false, CheckState.Ok, CloudStorageServer.Account)]
    [InlineData(true, CheckState.Failed, "iam.serviceAccounts.signBlob")]
    public async Task Doctor_SaysWhetherIamSigns(bool refuses, CheckState state, string says)
    {
        _iam.Refusal = refuses ? (403, "PERMISSION_DENIED") : null;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        var results = await new ObjectStoreProbe(_store, client, null, _storage.Time).RunAsync(Cancel)
            .ToDictionaryAsync(result => result.Name, cancellationToken: Cancel);

        Assert.Equal(state, results["objects.signBlob"].State);
        Assert.Contains(says, results["objects.signBlob"].Finding, StringComparison.Ordinal);
        Assert.Equal(refuses ? CheckState.Skipped : CheckState.Ok, results["objects.sign"].State);
        Assert.All(["bucket", "write", "read", "list", "delete"], n => Assert.Equal(CheckState.Ok, results[$"objects.{n}"].State));
    }

    [Fact]
    public async Task Presign_WithATokenThatIamDoesNotTake_IsBadCredentials()
    {
        _iam.MachineToken = "somebody-elses";

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(async () => await _store.PresignAsync(Get, Cancel));

        Assert.Equal("object_store_credentials", thrown.ToAnswer().Reason);
    }

    [Fact]
    public async Task Presign_WhereIamHangs_IsGivenUpWithItsCaller()
    {
        _iam.Hangs = true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var signing = _store.PresignAsync(Get, patience.Token).AsTask();
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signing);
    }

    // Without an account to act as the machine's own signs, of which the metadata server says the name.
    [Fact]
    public async Task Presign_AsTheMachinesOwnAccount_IsSignedByIamToo()
    {
        using var store = Open(serviceAccount: null);

        var signed = await store.PresignAsync(Get, Cancel);

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await client.SendAsync(signed.ToMessage(), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(1, _iam.Signed);
    }

    private GcsObjectStore Open(string? serviceAccount)
    {
        var http = new Diverted(_server);
        var machine = new ComputeCredential(new ComputeCredential.Initializer { HttpClientFactory = http });

        // Said, since the vendor's client would ask the real metadata server for it.
        var credential = GoogleCredential.FromComputeCredential(machine).CreateWithUniverseDomain("googleapis.com");
        var identity = GcsIdentity.Of(credential, serviceAccount, http);
        var options = new GcsObjectStoreOptions { Bucket = CloudStorageServer.Bucket, Endpoint = _storage.Endpoint };
        return GcsObjectStore.Open(options, identity, _storage.Time);
    }

    private sealed class Diverted(LoopbackServer server) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => server.CreateHandler();
    }
}
