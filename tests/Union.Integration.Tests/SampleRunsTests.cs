using System.Globalization;

namespace Union.Integration.Tests;

/// <summary>The samples on two planes that were started by hand in separate folders.</summary>
public sealed class SampleRunsTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    private static string Samples => Path.Combine(RepositoryFiles.Root, "samples");

    [Fact]
    public async Task Hello_runs_and_every_reading_command_tells_of_it()
    {
        var ran = (await _union.RunAsync("run", $"{Samples}/hello/hello.yaml", "--input", "name=Ada", "--name", "hello-1")).Done();

        Assert.StartsWith("hello-1\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("greeting = Hello, Ada!", ran.Output, StringComparison.Ordinal);
        foreach (var (command, text) in new[]
        {
            ("get runs", "hello-1"), ("get run hello-1", "SUCCEEDED"), ("get actions hello-1", "SUCCEEDED"),
            ("get io hello-1", "Hello, Ada!"), ("get clusters", "east"), ("logs hello-1", "greeted"),
        })
        {
            var arguments = command.Split(' ');
            Assert.Contains(text, (await _union.RunAsync(arguments)).Done().Output, StringComparison.Ordinal);

            var json = (await _union.RunAsync([.. arguments, "--output", "json"])).Done();
            Assert.Contains(text, string.Concat(json.Output.Contains("\n{", StringComparison.Ordinal)
                ? json.JsonLines().Select(line => line.ToJsonString())
                : [json.Json().ToJsonString()]), StringComparison.Ordinal);
        }

        var io = (await _union.RunAsync("get", "io", "hello-1", "--output", "json")).Done().Json();
        Assert.Equal("Ada", (string?)io["inputs"]![0]!["value"]);
        Assert.Equal("Hello, Ada!", (string?)io["outputs"]![0]!["value"]);
        var cluster = (await _union.RunAsync("get", "clusters", "--output", "json")).Done().Json()[0]!;
        Assert.Equal("online", (string?)cluster["state"]);
    }

    [Fact]
    public async Task Weather_makes_the_figures_and_the_report_that_its_readme_names()
    {
        var ran = (await _union.RunAsync(
            "run", $"{Samples}/weather/weather.yaml", "--name", "weather-1", "--output", "json",
            "--input", $"data=@{Samples}/weather/data/seattle-weather.csv", "--input", "city=Seattle")).Done();

        var outputs = ran.JsonLines()[^1]["outputs"]!.AsArray()
            .ToDictionary(output => (string)output!["name"]!, output => output!["value"]?.ToString());
        Assert.Equal("2015-12", outputs["wettest_month"]);
        Assert.Equal("623", outputs["rainy_days"]);
        Assert.Equal(4426.0, double.Parse(outputs["total_rain_mm"]!, CultureInfo.InvariantCulture));

        var actions = (await _union.RunAsync("get", "actions", "weather-1", "--output", "json")).Done().Json().AsArray();
        Assert.Equal(
            ["a0", "report", "totals", "y2012", "y2013", "y2014", "y2015"],
            actions.Select(action => (string)action!["action"]!).Order(StringComparer.Ordinal));
        Assert.All(actions, action => Assert.Equal("SUCCEEDED", (string?)action!["phase"]));
        Assert.Equal("years", (string?)actions.Single(action => (string?)action!["action"] == "y2013")!["group"]);

        var log = (await _union.RunAsync("logs", "weather-1", "y2013")).Done().Output;
        Assert.Contains("2013: 828.0 mm of rain on 152 days", log, StringComparison.Ordinal);
        var summary = (await _union.RunAsync("output", "weather-1", "a0", "summary")).Done().Output;
        Assert.Contains("hottest day: 35.6 C in August 2014", summary, StringComparison.Ordinal);
        await CheckReportAsync();
    }

    private async Task CheckReportAsync()
    {
        var path = Path.Combine(_union.User, "report.html");
        (await _union.RunAsync("report", "weather-1", "report", "--output-file", path)).Done();

        var page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("<h1>Weather in Seattle, 2012–2015</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<title>December 2015: 284.5 mm</title>", page, StringComparison.Ordinal);
    }
}
