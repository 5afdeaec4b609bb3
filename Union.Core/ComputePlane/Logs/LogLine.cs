namespace Union.Core.ComputePlane.Logs;

public enum LogOrigin : long
{
    Stdout = 1,
    Stderr = 2,

    /// <summary>Written by the executor, not by the task.</summary>
    System = 3,
}

/// <summary>One line without its line break, stamped when the executor saw it.</summary>
public sealed record LogLine(DateTimeOffset At, LogOrigin Origin, string Text);
