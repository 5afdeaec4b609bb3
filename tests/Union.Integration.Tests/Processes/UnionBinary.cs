namespace Union.Integration.Tests.Processes;

/// <summary>The program as users start it: the executable that was built in the same configuration as these tests.</summary>
internal static class UnionBinary
{
    public static string Path { get; } = Find("Union.Host", "union");

    /// <summary>The folder of the program that stands in for the stock SDK's.</summary>
    public static string StandIn { get; } = System.IO.Path.GetDirectoryName(Find("tests/Union.StandIn", "a0"))!;

    private static string Find(string project, string program)
    {
        // .../tests/Union.Integration.Tests/bin/{configuration}/{framework}/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = System.IO.Path.Combine(
            RepositoryFiles.Root, project, "bin", framework.Parent!.Name, framework.Name, program);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there: build {project} first.");
    }
}
