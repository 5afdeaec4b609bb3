using System.Text.RegularExpressions;
using Union.Testing;

namespace Union.ArchTests;

/// <summary>The analyzers do not see through Dapper, so the text of every statement is held here.</summary>
public sealed partial class SqlTests
{
    private static IEnumerable<(string File, string Text)> Sources =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "Union.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Where(f => !f.EndsWith("/Storage/Session.cs", StringComparison.Ordinal))
            .Select(f => (f, File.ReadAllText(f)));

    [Fact]
    public void EveryStatement_IsAConstant()
    {
        var wrong = new List<string>();
        var calls = 0;
        foreach (var (file, text) in Sources)
        {
            foreach (var name in CallPattern().Matches(text).Select(m => m.Groups["sql"].Value))
            {
                calls++;
                if (!text.Contains($"const string {name} = ", StringComparison.Ordinal))
                {
                    wrong.Add($"{file}: {name}");
                }
            }
        }

        Assert.True(calls > 40, $"only {calls} statements were found");
        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryStatementOfTheControlPlane_NamesTheOrg()
    {
        var wrong = from source in Sources
                    where source.File.Contains("/ControlPlane/", StringComparison.Ordinal)
                    from Match statement in StatementPattern().Matches(source.Text)
                    where !statement.Groups["text"].Value.Contains("org", StringComparison.Ordinal)
                    select $"{source.File}: {statement.Groups["text"].Value}";

        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"(?:session\.(?:QueryAsync|FindAsync|ScalarAsync|ExecuteAsync)|new (?:Statement|Query))(?:<[^(]+>)?\(\s*(?<sql>[A-Za-z0-9_.$""@]+)")]
    private static partial Regex CallPattern();

    [GeneratedRegex("const string \\w*[sS]ql = (?<text>\"\"\".*?\"\"\"|\".*?\")", RegexOptions.Singleline)]
    private static partial Regex StatementPattern();
}
