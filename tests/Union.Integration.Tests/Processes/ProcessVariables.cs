namespace Union.Integration.Tests.Processes;

internal static class ProcessVariables
{
    /// <summary>What a process needs, with a home and a temporary folder of its own.</summary>
    public static IReadOnlyDictionary<string, string> Of(string home)
    {
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName,
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        foreach (var name in (string[])["PATH", "LANG", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                variables[name] = value;
            }
        }

        return variables;
    }
}
