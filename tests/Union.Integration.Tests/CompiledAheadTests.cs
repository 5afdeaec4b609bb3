using System.Reflection.PortableExecutable;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>What a start waits for is native code already (build/CompileAhead.targets).</summary>
public sealed class CompiledAheadTests
{
    [Theory]
    [InlineData("union.dll")]
    [InlineData("Union.Core.dll")]
    [InlineData("Union.Contracts.dll")]
    [InlineData("Google.Protobuf.dll")]
    public void ReleaseBuild_HasNativeCodeBesideTheIL(string file)
    {
        var path = Path.Combine(Path.GetDirectoryName(UnionBinary.Path)!, file);
        Assert.SkipUnless(path.Contains("/Release/", StringComparison.Ordinal), "Only a Release build compiles ahead.");

        using var image = new PEReader(File.OpenRead(path));

        Assert.NotEqual(0, image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
    }
}
