using System.Formats.Tar;
using Union.Providers.Local.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class BundleExtractorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("union-bundle-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Inside => Path.Combine(_folder, "inside");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Extract_FilesAndFolders_KeepsContentAndExecutableBit()
    {
        var program = ExecutorFixture.FileEntry("./bin/run", "#!/bin/sh");
        program.Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherWrite | UnixFileMode.SetUser;

        await ExtractAsync(new PaxTarEntry(TarEntryType.Directory, "./bin/"), program, ExecutorFixture.FileEntry("a b", "x"));

        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(Inside, "a b"), Cancel));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(Inside, "bin/run")));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("/tmp/evil")]
    [InlineData("a/..")]
    public async Task Extract_NameThatLeadsOut_IsRefused(string name)
    {
        var failure = await Assert.ThrowsAsync<AttemptFailure>(() => ExtractAsync(ExecutorFixture.FileEntry(name, "x")));

        Assert.Equal("bundle_invalid", failure.Error.Code);
        Assert.False(File.Exists(Path.Combine(_folder, "evil")));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task Extract_AnythingButFilesAndFolders_IsRefused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "entry");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/passwd";
        }

        var failure = await Assert.ThrowsAsync<AttemptFailure>(() => ExtractAsync(entry));

        Assert.Equal("bundle_invalid", failure.Error.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Inside));
    }

    [Fact]
    public async Task Extract_MoreThanItsLimits_IsRefused()
    {
        await Assert.ThrowsAsync<AttemptFailure>(() => ExtractAsync(
            [.. Enumerable.Range(0, 6).Select(i => ExecutorFixture.FileEntry($"f{i}", "x"))]));
        await Assert.ThrowsAsync<AttemptFailure>(() => ExtractAsync(ExecutorFixture.FileEntry("big", new string('x', 101))));
    }

    private async Task ExtractAsync(params TarEntry[] entries)
    {
        Directory.CreateDirectory(Inside);
        await new BundleExtractor(maxFiles: 5, maxBytes: 100)
            .ExtractAsync(new MemoryStream(ExecutorFixture.Bundle(entries)), Inside, Cancel);
    }
}
