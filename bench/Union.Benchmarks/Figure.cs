namespace Union.Benchmarks;

/// <summary>One measured number.</summary>
/// <param name="Reference">What it is to be compared with, measured in the same run.</param>
/// <param name="Goal">Such as <c>&lt; 50</c>.</param>
/// <param name="Met">Null where there is no goal.</param>
internal sealed record Figure(string Name, double Value, string Unit, string Reference, string Goal, bool? Met)
{
    public static Figure Below(string name, double value, string unit, double goal, string reference = "") =>
        new(name, value, unit, reference, FormattableString.Invariant($"< {goal}"), value < goal);

    public static Figure AtLeast(string name, double value, string unit, double goal, string reference = "") =>
        new(name, value, unit, reference, FormattableString.Invariant($">= {goal}"), value >= goal);

    public static Figure Plain(string name, double value, string unit, string reference = "") =>
        new(name, value, unit, reference, "", null);
}
