using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Union.Benchmarks.Orchestrator;

/// <summary>One statement with the plan by which it ran last.</summary>
/// <param name="Calls">How often its plan was written down.</param>
/// <param name="MostRead">The most rows that one of its nodes read, with those that it then threw away.</param>
internal sealed record StatementPlan(string Text, int Calls, long MostRead, string Plan);

/// <summary>
/// What PostgreSQL's auto_explain wrote into its log: every statement that ran, as it ran in the session that ran it,
/// with the rows that each node of its plan really read.
/// </summary>
internal static class StatementPlans
{
    private const string Start = "  plan:";

    /// <param name="from">Where in the log the statements begin.</param>
    public static IReadOnlyList<StatementPlan> Read(string log, long from)
    {
        var plans = new Dictionary<string, StatementPlan>();
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = from;
        using var reader = new StreamReader(stream);
        StringBuilder? entry = null;
        while (reader.ReadLine() is { } line)
        {
            // The lines of an entry that follow its first begin with a tab.
            if (entry is not null && line.StartsWith('\t'))
            {
                entry.AppendLine(line);
                continue;
            }

            Add(plans, entry);
            entry = line.EndsWith(Start, StringComparison.Ordinal) ? new StringBuilder() : null;
        }

        Add(plans, entry);
        return [.. plans.Values.OrderByDescending(p => p.MostRead).ThenBy(p => p.Text, StringComparer.Ordinal)];
    }

    private static void Add(Dictionary<string, StatementPlan> plans, StringBuilder? entry)
    {
        if (entry is null)
        {
            return;
        }

        using var json = JsonDocument.Parse(entry.ToString());
        var text = json.RootElement.GetProperty("Query Text").GetString()!.Trim();
        var lines = new StringBuilder();
        var most = Describe(json.RootElement.GetProperty("Plan"), 1, lines);
        var known = plans.GetValueOrDefault(text);
        plans[text] = known is null || most >= known.MostRead
            ? new StatementPlan(text, (known?.Calls ?? 0) + 1, most, lines.ToString())
            : known with { Calls = known.Calls + 1 };
    }

    // A node a line: what it does, on what, by which condition, and how many rows it read.
    private static long Describe(JsonElement node, int depth, StringBuilder lines)
    {
        var loops = Number(node, "Actual Loops");
        var kept = Number(node, "Actual Rows") * loops;
        var dropped = (Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck")) * loops;
        lines.Append(' ', depth * 2).Append(node.GetProperty("Node Type").GetString());
        foreach (var name in new[] { "Index Name", "Relation Name", "Index Cond", "Filter" })
        {
            if (node.TryGetProperty(name, out var value))
            {
                lines.Append(CultureInfo.InvariantCulture, $" | {name.ToLowerInvariant()} {value.GetString()}");
            }
        }

        lines.AppendLine(CultureInfo.InvariantCulture, $" | rows {kept}, thrown away {dropped}");
        var most = kept + dropped;
        if (node.TryGetProperty("Plans", out var plans))
        {
            foreach (var below in plans.EnumerateArray())
            {
                most = Math.Max(most, Describe(below, depth + 1, lines));
            }
        }

        return most;
    }

    private static long Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) ? (long)value.GetDouble() : 0;
}
