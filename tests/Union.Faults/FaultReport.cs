using System.Globalization;

namespace Union.Faults;

/// <summary>What a round did, and what did not hold afterwards.</summary>
/// <param name="Lost">Attempts that the platform lost and tried again.</param>
public sealed record FaultReport(
    int Seed, string Engine, int Runs, int Actions, int Attempts, int Events, int Retries, int Lost, int Cuts,
    IReadOnlyDictionary<string, int> Faults, TimeSpan Settled, TimeSpan Took, IReadOnlyList<string> Violations)
{
    public bool Held => Violations.Count == 0;

    public IReadOnlyList<string> Diary { get; init; } = [];

    /// <summary>Where the planes' logs were kept, of a round that did not hold.</summary>
    public string? Logs { get; init; }

    public override string ToString()
    {
        var faults = string.Join(", ", Faults.Select(pair => $"{pair.Value} x {pair.Key}"));
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            faults on {Engine}, seed {Seed}: {(Held ? "held" : "VIOLATED")} in {Took.TotalSeconds:0} s, settled {Settled.TotalSeconds:0} s after the last fault
              {Runs} runs, {Actions} actions, {Attempts} attempts, {Events} phase events, {Retries} retries, {Lost} attempts lost, {Cuts} watches cut
              {(faults.Length == 0 ? "no faults" : faults)}
            """);
        return Held
            ? text
            : text + string.Concat(Violations.Select(violation => $"\n  VIOLATION {violation}"))
                + string.Concat(Diary.Select(line => $"\n  {line}")) + $"\n  logs: {Logs}";
    }
}
