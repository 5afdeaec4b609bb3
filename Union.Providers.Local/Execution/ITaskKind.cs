using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>What the executor does differently for one <see cref="TaskKind"/>; all else is the same for every task.</summary>
internal interface ITaskKind
{
    /// <summary>Brings what the task needs to where it will look for it, or throws why it cannot run.</summary>
    Task<TaskStart> PrepareAsync(
        AttemptFolder folder, AttemptWork work, TaskPlaces places, CancellationToken cancellationToken);

    /// <summary>Brings what the task left into the store, and says how it went.</summary>
    /// <param name="failure">How its process failed; null where what the task left decides.</param>
    Task<TaskResult> CollectAsync(
        AttemptFolder folder, AttemptRecord record, TaskFailure? failure, CancellationToken cancellationToken);
}

/// <summary>How an attempt failed.</summary>
internal sealed record TaskFailure(AttemptOutcome Outcome, AttemptError Error)
{
    /// <summary>True where the process ended by itself, with a code that says failure.</summary>
    public bool IsExitCode => Error.Code == AttemptEnd.ExitCodeReason;
}

/// <param name="Failure">Null for a success.</param>
/// <param name="IsReported">True where the task itself left the error document.</param>
internal sealed record TaskResult(TaskFailure? Failure, Reference? Outputs, Reference? Report, bool IsReported = false);
