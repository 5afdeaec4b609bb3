using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Host.Objects;
using Union.Providers.Local.Objects;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Objects;

/// <summary>A file store in a folder of its own, its endpoint in a real Kestrel on loopback.</summary>
internal sealed class FileStoreServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-objects-");

    private FileStoreServer(WebApplicationBuilder builder)
    {
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Time);

        // Resolved with the first request to the store, when the port is known.
        builder.Services.AddFileObjectStore(_ => new FileObjectStoreOptions
        {
            Path = Root,
            KeyPath = KeyPath,
            PublicUrl = _app!.Urls.Single(),
            UploadMax = UploadMax,
        });
        _app = builder.Build();
        _app.MapFileObjects();
    }

    public static long UploadMax => 1 << 20;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public string Root => Path.Combine(_folder.FullName, "objects");

    public string KeyPath => Path.Combine(_folder.FullName, "url.key");

    public string Url => _app.Urls.Single();

    public FileObjectStore Store => _app.Services.GetRequiredService<FileObjectStore>();

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public static async Task<FileStoreServer> StartAsync()
    {
        var server = new FileStoreServer(WebApplication.CreateSlimBuilder());
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A signer for this store's URLs under a key of its own choosing.</summary>
    public FileUrlSigner SignerWith(KeyFile keys) => new(keys, Url, Time);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public ObjectStoreUnderTest ToTest() => new(Store, Client, Time.Advance, pageSize: 20, DisposeAsync)
    {
        LifetimeParameter = "e",
        TypeParameter = "t",

        // The key file was replaced.
        SignWithEndedCredential = grant => Task.FromResult(
            SignerWith(KeyFile.OpenOrCreate(Path.Combine(_folder.FullName, "old.key")))
                .Sign(grant, Time.GetUtcNow() + grant.Lifetime)),
    };
}
