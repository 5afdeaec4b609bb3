using System.Globalization;
using System.Text.RegularExpressions;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>The first command of the README, as a new user types it.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task Demo_runs_the_sample_and_finds_no_customer_byte_in_the_control_plane()
    {
        using var root = new TemporaryFolder();
        await using var demo = RunningProcess.Start(UnionBinary.Path, ["demo"], root.Path, ProcessVariables.Of(root.Path));

        var ended = (await demo.EndAsync(TimeSpan.FromSeconds(120))).Done();

        var lines = ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("  wettest_month = 2015-12", lines);
        Assert.Contains("  hottest day: 35.6 C in August 2014", lines);
        Assert.DoesNotContain("&s=", ended.Output, StringComparison.Ordinal);
        var last = LastLine().Match(lines[^1]);
        Assert.True(last.Success, lines[^1]);
        Assert.InRange(long.Parse(last.Groups["stored"].ValueSpan, CultureInfo.InvariantCulture), 1_000, 100_000);
        Assert.Contains("open the report:  ", ended.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("^demo: 7 actions succeeded; control plane stored (?<stored>[0-9]+) bytes of metadata and 0 bytes of customer data$")]
    private static partial Regex LastLine();
}
