namespace Union.Integration.Tests.Processes;

/// <summary>The program as users start it: the executable that was built in the same configuration as these tests.</summary>
internal static class UnionBinary
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        // .../tests/Union.Integration.Tests/bin/{configuration}/{framework}/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = System.IO.Path.Combine(
            RepositoryFiles.Root, "Union.Host", "bin", framework.Parent!.Name, framework.Name, "union");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there: build Union.Host first.");
    }
}
