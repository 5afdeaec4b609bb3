using Union.Core.Boundary;
using Union.Host.Configuration;

namespace Union.Host.Tests.Configuration;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SecretReferenceTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Read_OwnFile_GivesItsText()
    {
        File.WriteAllText(_file, "abc\n");

        Assert.Equal("abc", new SecretReference(_file, null).Read(Environment()).Reveal());
    }

    [Fact]
    public void Read_FileOfOthers_IsRefused()
    {
        File.WriteAllText(_file, "abc");
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var thrown = Assert.Throws<UnionException>(() => new SecretReference(_file, null).Read(Environment()));

        Assert.Equal("secret_readable", thrown.Reason);
    }

    [Fact]
    public void Read_Variable_GivesItsValue()
    {
        Assert.Equal("xyz", new SecretReference(null, "TOKEN").Read(Environment()).Reveal());
    }

    [Fact]
    public void Read_MissingVariable_NamesIt()
    {
        var thrown = Assert.Throws<UnionException>(() => new SecretReference(null, "NONE").Read(Environment()));

        Assert.Contains("variable NONE", thrown.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_file);

    private static ProcessEnvironment Environment() => new(new Dictionary<string, string> { ["TOKEN"] = "xyz" });
}
