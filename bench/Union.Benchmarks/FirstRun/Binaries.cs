using System.Runtime.InteropServices;

namespace Union.Benchmarks.FirstRun;

/// <summary>The program as users start it, and not its copy beside the benchmarks.</summary>
internal static class Binaries
{
    private static readonly string Root = FindRoot();

    /// <summary>What <c>dotnet build -c Release</c> made.</summary>
    public static string Built { get; } = Path.Combine(Root, "Union.Host", "bin", "Release", "net10.0", "union");

    /// <summary>What <c>./package.sh</c> made; null where it was not called.</summary>
    public static string? Packaged { get; } = Existing(Path.Combine(Root, "dist", $"union-{RuntimeInformation.RuntimeIdentifier}"));

    private static string? Existing(string path) => File.Exists(path) ? path : null;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Union.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The benchmarks run from a folder of the repository.");
        }

        return folder.FullName;
    }
}
