using System.Globalization;
using System.Text.Json;

namespace Union.Benchmarks;

/// <summary>A table for people, or one JSON object a line for programs.</summary>
internal sealed class FigureWriter(TextWriter output, bool json)
{
    private bool _started;

    public void Write(Figure figure)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                figure = figure.Name,
                value = Math.Round(figure.Value, 3),
                unit = figure.Unit,
                reference = figure.Reference,
                goal = figure.Goal,
                met = figure.Met,
            }));
            return;
        }

        if (!_started)
        {
            _started = true;
            output.WriteLine($"{"figure",-52} {"value",10} {"unit",-10} {"goal",-8} {"met",-4} reference");
        }

        var value = figure.Value.ToString("0.##", CultureInfo.InvariantCulture);
        var met = figure.Met switch { true => "yes", false => "NO", null => "" };
        output.WriteLine($"{figure.Name,-52} {value,10} {figure.Unit,-10} {figure.Goal,-8} {met,-4} {figure.Reference}");
    }
}
