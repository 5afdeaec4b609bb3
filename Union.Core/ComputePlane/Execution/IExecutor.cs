namespace Union.Core.ComputePlane.Execution;

/// <summary>
/// Runs attempts. An attempt outlives the process that started it: after a restart the executor adopts what still runs
/// and collects what ended meanwhile, so every member may be called again with the same arguments.
/// </summary>
public interface IExecutor
{
    ExecutorCapabilities Capabilities { get; }

    /// <summary>
    /// Starts an attempt and returns once its process exists, or was refused: what can be known only after the start
    /// (a command that does not exist, an input that cannot be read) is a result of <see cref="WaitAsync"/>, never an
    /// exception. Starting a key that was started before does nothing.
    /// </summary>
    Task StartAsync(AttemptWork work, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the attempt has ended, nothing of it runs any more, and its outputs, report and logs are in the
    /// object store. Cancelling stops the waiting, not the attempt.
    /// </summary>
    Task<AttemptResult> WaitAsync(AttemptKey key, CancellationToken cancellationToken);

    /// <summary>Ends every process of an attempt: asks first, then kills. One that has ended, or is unknown, is no error.</summary>
    Task EndAsync(AttemptKey key, EndReason reason, CancellationToken cancellationToken);

    /// <summary>Every attempt that was started here and not yet forgotten.</summary>
    Task<IReadOnlyList<AttemptKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Drops what is kept of an ended attempt, after its result was acknowledged.</summary>
    Task ForgetAsync(AttemptKey key, CancellationToken cancellationToken);
}
