using Flyteidl2.Task;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Execution;

/// <summary>An attempt as the control plane names it, with the fence of its assignment.</summary>
/// <param name="Uid">A UUID in lower-case hexadecimal with dashes; safe as a folder name.</param>
/// <param name="Fence">Grows with every assignment of the action.</param>
public sealed record AttemptKey(string Uid, long Fence);

/// <summary>Everything an executor needs to run one attempt.</summary>
public sealed record AttemptWork(AttemptKey Key, AttemptId Id)
{
    /// <summary>The whole task, projection and private part merged.</summary>
    public required TaskSpec Spec { get; init; }

    public required Inputs Inputs { get; init; }

    /// <summary>The folder that outputs, report and logs of this attempt are written below.</summary>
    public required ObjectKey OutputFolder { get; init; }

    /// <summary>A gzipped tar archive that becomes the working directory.</summary>
    public ObjectKey? Bundle { get; init; }

    /// <summary>The run's own variables, chosen by whoever started it.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Variables that name what runs where (run, action, attempt); they win over any other of their names.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>();

    /// <summary>The same for every attempt of every action of the run.</summary>
    public DateTimeOffset RunStartTime { get; init; }

    /// <summary>Variables whose values must never reach a disk, a process list or a log line.</summary>
    public required IReadOnlyDictionary<string, SecretBytes> SecretEnvironment { get; init; }

    /// <summary>Secrets that the task reads as files, under the same rule.</summary>
    public IReadOnlyList<SecretFile> SecretFiles { get; init; } = [];
}

public enum AttemptOutcome : long
{
    Succeeded = 1,
    Failed = 2,
    TimedOut = 3,
    Aborted = 4,
}

public enum ErrorKind : long
{
    /// <summary>The task's own doing: spends a user retry.</summary>
    User = 1,

    /// <summary>The platform's doing: spends a system retry.</summary>
    System = 2,
}

/// <param name="Code">A stable snake_case word such as <c>exit_code</c>, <c>output_missing</c>, <c>out_of_memory</c>.</param>
/// <param name="Message">For people. Customer text: it never reaches the control plane's storage.</param>
public sealed record AttemptError(string Code, ErrorKind Kind, string Message, bool Recoverable)
{
    /// <summary>The task's own word for it, such as the name of an exception; customer text like the message.</summary>
    public string TaskCode { get; init; } = "";
}

/// <param name="Outputs">The outputs.pb of a success.</param>
/// <param name="Report">The report.html, where the task wrote one.</param>
public sealed record AttemptResult(
    AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset EndedAt, AttemptError? Error,
    Reference? Outputs, Reference? Report);

public enum EndReason
{
    Aborted,
    TimedOut,
    LeaseLost,
}

/// <param name="Sandbox">What stands between a task and the machine: <c>bubblewrap</c> or <c>none</c>.</param>
/// <param name="Limits">How limits are kept: <c>cgroup</c> or <c>rlimit</c> (with a watchdog).</param>
/// <param name="Parallel">Attempts that may run at once.</param>
public sealed record ExecutorCapabilities(string Sandbox, string Limits, int Parallel)
{
    /// <summary>
    /// What a raw task reaches: <c>shared</c> is the machine's network, a cloud's metadata addresses included unless a
    /// firewall blocks them; <c>none</c> is nothing but itself and its cluster. Tasks of stock SDKs share always.
    /// </summary>
    public string Network { get; init; } = "shared";

    /// <summary>
    /// Attempts that may be held beyond those while as many only wait for their children. Each is a
    /// process that sleeps.
    /// </summary>
    public int Waiting { get; init; } = 64;

    /// <summary>Why limits are kept as they are, for those who look after the cluster.</summary>
    public string WhyLimits { get; init; } = "";

    /// <summary>Where raw tasks reach their cluster, if not at its <c>LocalEndpoint</c>: what precedes a call's path.</summary>
    public string? RawEndpoint { get; init; }
}
