using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Objects;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Objects;

public sealed class FileObjectStoreTests : ObjectStoreContract
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    protected override async ValueTask<ObjectStoreUnderTest> CreateAsync() =>
        (await FileStoreServer.StartAsync()).ToTest();

    [Fact]
    public async Task Put_PlainKey_IsAFileAtThatPath()
    {
        await using var server = await FileStoreServer.StartAsync();

        await server.Store.PutAsync(Key("a/b c/ü.pb"), Content("x"), PutMode.Replace, Cancel);

        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(server.Root, "a/b c/ü.pb"), Cancel));
        Assert.Equal($"file://{server.Root}/a/b c/ü.pb", server.Store.ReferenceTo(Key("a/b c/ü.pb")).ToString());
    }

    [Fact]
    public async Task Put_AnyKey_IsForItsOwnerOnly_AndLeavesNoDraft()
    {
        await using var server = await FileStoreServer.StartAsync();

        await server.Store.PutAsync(Key("a"), Content("x"), PutMode.CreateOnly, Cancel);
        await server.Store.PutAsync(Key("a/b/c"), Content("x"), PutMode.CreateOnly, Cancel);
        await Assert.ThrowsAsync<ObjectStoreException>(
            () => server.Store.PutAsync(Key("a"), Content("x"), PutMode.CreateOnly, Cancel));

        var all = new DirectoryInfo(server.Root).GetFileSystemInfos("*", SearchOption.AllDirectories);
        Assert.Equal(5, all.Length);
        Assert.All(all, f => Assert.Equal(
            f is DirectoryInfo ? OwnerOnly : OwnerOnly & ~UnixFileMode.UserExecute, f.UnixFileMode));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Root, "%tmp")));
    }

    [Fact]
    public async Task Links_ThatATaskPlanted_LeadNowhere()
    {
        await using var server = await FileStoreServer.StartAsync();
        await server.Store.PutAsync(Key("p/real"), Content("x"), PutMode.Replace, Cancel);
        var outside = Directory.CreateTempSubdirectory("union-outside-");
        await File.WriteAllTextAsync(Path.Combine(outside.FullName, "secret"), "no", Cancel);
        File.CreateSymbolicLink(Path.Combine(server.Root, "p/file"), Path.Combine(outside.FullName, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(server.Root, "p/folder"), outside.FullName);

        Assert.Null(await server.Store.HeadAsync(Key("p/file"), Cancel));
        Assert.Null(await server.Store.HeadAsync(Key("p/folder/secret"), Cancel));
        Assert.Equal(["p/real"], await ListAsync(server.Store, "p"));
        Assert.Empty(await ListAsync(server.Store, "p/folder"));
        foreach (var key in new[] { "p/folder/new", "p/file/new" })
        {
            await Assert.ThrowsAsync<ObjectStoreException>(
                () => server.Store.PutAsync(Key(key), Content("x"), PutMode.Replace, Cancel));
        }

        await server.Store.PutAsync(Key("p/file"), Content("mine"), PutMode.Replace, Cancel);
        Assert.Equal("mine", await ReadAsync(server.Store, "p/file"));
        await server.Store.DeleteAsync(Key("p/folder/secret"), Cancel);
        Assert.Equal(["secret"], outside.GetFiles().Select(f => f.Name));
        Assert.Equal("no", await File.ReadAllTextAsync(Path.Combine(outside.FullName, "secret"), Cancel));
        outside.Delete(recursive: true);
    }

    [Fact]
    public async Task GeneratedKeys_StayBelowTheirProject_AndComeBackInOrder()
    {
        await using var server = await FileStoreServer.StartAsync();
        var project = new ObjectLayout().Project(new ProjectScope("org", "p", "d"));
        var keys = OddKeys.Generate(seed: 20260301, count: 300).Select(k => Append(project, k)).OfType<ObjectKey>().ToHashSet();
        foreach (var key in keys)
        {
            Assert.True(key.IsBelow(project));
            await server.Store.PutAsync(key, Content(key.ToString()), PutMode.CreateOnly, Cancel);
            Assert.Equal(key.ToString(), await ReadAsync(server.Store, key.ToString()));
        }

        Assert.Equal(keys.Order().Select(k => k.ToString()), await ListAsync(server.Store, project.ToString()));
        var folder = Path.Combine(server.Root, project.ToString());
        foreach (var file in Directory.GetFiles(server.Root, "*", SearchOption.AllDirectories))
        {
            Assert.StartsWith(folder + "/", file, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Encode_DifferentKeys_HaveDifferentLegalNames()
    {
        var keys = OddKeys.Generate(seed: 7, count: 5000).ToHashSet();

        var paths = keys.Select(k => string.Join('/', FileNames.Encode(k))).ToHashSet();

        Assert.Equal(keys.Count, paths.Count);
        Assert.All(keys.SelectMany(FileNames.Encode), n =>
        {
            Assert.True(n is not ("." or ".." or "") && !n.Contains('/', StringComparison.Ordinal), n);
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(n), 1, 255);
        });
    }

    [Fact]
    public async Task Open_AfterACrash_DropsDraftsAndKeepsObjects()
    {
        await using var server = await FileStoreServer.StartAsync();
        await server.Store.PutAsync(Key("a"), Content("x"), PutMode.Replace, Cancel);
        await File.WriteAllTextAsync(Path.Combine(server.Root, "%tmp/half"), "hal", Cancel);

        var options = new FileObjectStoreOptions { Path = server.Root, KeyPath = server.KeyPath };
        var again = new FileObjectStore(options, server.SignerWith(KeyFile.OpenOrCreate(server.KeyPath)), server.Time);

        Assert.Equal("x", await ReadAsync(again, "a"));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Root, "%tmp")));
    }

    [Fact]
    public void Options_Wrong_NameEveryError()
    {
        var options = new FileObjectStoreOptions
        {
            Path = "/tmp/x",
            KeyPath = "/tmp/x/key",
            PublicUrl = "http://example.com/path",
            MaxLifetime = TimeSpan.FromMinutes(61),
            UploadMax = 0,
        };

        var thrown = Assert.Throws<ArgumentException>(options.EnsureValid);

        Assert.Equal(4, thrown.Message.Split(". ").Length);
    }

    private static ObjectKey? Append(ObjectKey project, ObjectKey key) =>
        ObjectKey.TryParse($"{project}/{key}", out var whole) ? whole : null;
}
