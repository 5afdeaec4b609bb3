using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.Tests.ComputePlane.Secrets;

public sealed class KeyFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-keys-");

    private string PathOfKey => Path.Combine(_folder.FullName, "new/key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void OpenOrCreate_Twice_GivesTheSameKey_ForItsOwnerOnly()
    {
        var first = KeyFile.OpenOrCreate(PathOfKey);
        var second = KeyFile.OpenOrCreate(PathOfKey);

        Assert.Equal(first.Newest.ToArray(), second.Newest.ToArray());
        Assert.Equal(32, first.Newest.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOfKey));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(PathOfKey)!));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    public void OpenOrCreate_ReadableByOthers_IsRefused(UnixFileMode extra)
    {
        KeyFile.OpenOrCreate(PathOfKey);
        File.SetUnixFileMode(PathOfKey, UnixFileMode.UserRead | extra);

        var thrown = Assert.Throws<UnionException>(() => KeyFile.OpenOrCreate(PathOfKey));

        Assert.Equal("key_file_invalid", thrown.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("00000000 zz")]
    public void OpenOrCreate_Damaged_IsRefusedAndKept(string content)
    {
        KeyFile.OpenOrCreate(PathOfKey);
        File.WriteAllText(PathOfKey, content);

        Assert.Throws<UnionException>(() => KeyFile.OpenOrCreate(PathOfKey));

        Assert.Equal(content, File.ReadAllText(PathOfKey));
    }
}
