namespace Union.Core.ComputePlane.Setup;

/// <summary>
/// Looks at one part of an installation as it is. It throws nothing but cancellation, ends within seconds, and leaves
/// nothing behind; what failed once makes the probes that need it say "skipped".
/// </summary>
public interface IProbe
{
    IAsyncEnumerable<CheckResult> RunAsync(CancellationToken cancellationToken);
}

/// <param name="Name">What was looked at, as a dotted word that programs may rely on.</param>
/// <param name="Finding">What was found, for people.</param>
/// <param name="Advice">What to do, where something is to be done.</param>
public sealed record CheckResult(string Name, CheckState State, string Finding, string? Advice = null)
{
    public static CheckResult Passed(string name, string finding) => new(name, CheckState.Ok, finding);

    public static CheckResult Warned(string name, string finding, string advice) => new(name, CheckState.Warning, finding, advice);

    public static CheckResult Failed(string name, string finding, string? advice) => new(name, CheckState.Failed, finding, advice);

    public static CheckResult Skipped(string name, string why) => new(name, CheckState.Skipped, why);
}

public enum CheckState
{
    Ok,
    Warning,
    Failed,
    Skipped,
}
