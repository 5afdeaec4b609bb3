using System.Text.Json.Nodes;

namespace Union.Integration.Tests.Processes;

internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public string Everything => Output + Errors;

    /// <summary>The same result, where the command succeeded.</summary>
    public CommandResult Done()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}{Errors}");
        return this;
    }

    public JsonNode Json() => JsonNode.Parse(Output)!;

    public IReadOnlyList<JsonNode> JsonLines() =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
