using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Union.Core.Authoring;
using Union.Testing;

namespace Union.Core.Tests.Authoring;

[UnsupportedOSPlatform("windows")]
public sealed class CodeBundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_FilesAndFolders_AreSortedWithContent()
    {
        _folder.Write("sum.awk", "sum");
        _folder.Write("lib/deep/b.sh", "b");
        _folder.Write("lib/a.sh", "a");
        File.SetUnixFileMode(_folder["lib/a.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await using var bundle = await CodeBundle.CreateAsync(_folder.Path, ["sum.awk", "./lib/", "lib/a.sh"], Cancel);
        var entries = await ReadAsync(bundle);

        Assert.Equal(["lib/a.sh:a:x", "lib/deep/b.sh:b:-", "sum.awk:sum:-"], entries);
    }

    [Fact]
    public async Task Create_Again_GivesTheSameBytes()
    {
        _folder.Write("a", "1");
        _folder.Write($"long/{new string('n', 120)}", "2");
        await using var first = await CodeBundle.CreateAsync(_folder.Path, ["a", "long"], Cancel);
        File.SetLastWriteTimeUtc(_folder["a"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await using var second = await CodeBundle.CreateAsync(_folder.Path, ["long", "a"], Cancel);

        Assert.Equal(Convert.ToHexString(first.Md5.Span), Convert.ToHexString(second.Md5.Span));
        Assert.Equal(first.FileName, second.FileName);
    }

    [Fact]
    public async Task Create_Md5_IsOfTheContent()
    {
        _folder.Write("a", "1");

        await using var bundle = await CodeBundle.CreateAsync(_folder.Path, ["a"], Cancel);

        Assert.Equal(0, bundle.Content.Position);
#pragma warning disable CA5351 // the digest under test
        Assert.Equal(await MD5.HashDataAsync(bundle.Content, Cancel), bundle.Md5);
#pragma warning restore CA5351
    }

    [Fact]
    public async Task Create_LinksOutAndMissing_AreAllReported()
    {
        using var outside = new TemporaryFolder();
        outside.Write("secret", "s");
        _folder.Write("inside", "i");
        File.CreateSymbolicLink(_folder["link"], outside["secret"]);
        File.CreateSymbolicLink(_folder["folder"], outside.Path);
        File.CreateSymbolicLink(_folder["good"], _folder["inside"]);

        var thrown = await Assert.ThrowsAsync<InvalidDocumentException>(
            () => CodeBundle.CreateAsync(_folder.Path, ["link", "folder", "folder/secret", "none", "../x", "good"], Cancel));

        Assert.Equal(
            [
                $"{_folder["link"]}: is a link that leads out of {_folder.Path}.",
                $"{_folder["folder"]}: is a link to a folder; list the folder itself.",
                $"{_folder["folder"]}: is a link to a folder; list the folder itself.",
                $"{_folder["none"]}: there is no such file.",
                $"../x: a path below {_folder.Path} is expected, without '..'.",
            ],
            thrown.Errors);
    }

    [Fact]
    public async Task Create_LinkInside_IsPackedAsTheFile()
    {
        _folder.Write("inside", "i");
        File.CreateSymbolicLink(_folder["good"], _folder["inside"]);

        await using var bundle = await CodeBundle.CreateAsync(_folder.Path, ["good"], Cancel);

        Assert.Equal(["good:i:-"], await ReadAsync(bundle));
    }

    [Theory]
    [InlineData("a/b.awk", true)]
    [InlineData("lib/", true)]
    [InlineData(".", true)]
    [InlineData("", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a/../b", false)]
    [InlineData("a//b", false)]
    [InlineData("a\\b", false)]
    public void IsRelative_Path_IsJudged(string path, bool expected)
    {
        Assert.Equal(expected, CodeBundle.IsRelative(path));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<string>> ReadAsync(CodeBundle bundle)
    {
        var entries = new List<string>();
        await using var gzip = new GZipStream(bundle.Content, CompressionMode.Decompress, leaveOpen: true);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: true, Cancel) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            var content = await reader.ReadToEndAsync(Cancel);
            Assert.Equal((DateTimeOffset.UnixEpoch, 0, 0), (entry.ModificationTime, entry.Uid, entry.Gid));
            entries.Add($"{entry.Name}:{content}:{(entry.Mode.HasFlag(UnixFileMode.UserExecute) ? "x" : "-")}");
        }

        return entries;
    }
}
