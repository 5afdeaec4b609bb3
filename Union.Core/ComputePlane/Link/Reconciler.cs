using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// Finds what got lost while the connection stands: attempts that nobody follows any more are taken up again, and the
/// control plane hears what this cluster holds.
/// </summary>
public sealed partial class Reconciler(
    Coordinator.CoordinatorClient coordinator, AttemptJournal journal, RunningAttempts attempts, EndingAttempts ending,
    ILogger<Reconciler> logger)
{
    /// <summary>Half of what a lost event may take to be found.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Takes up what is not over and not followed.</summary>
    /// <param name="stopping">Ends with the process: an attempt outlives the session.</param>
    public async Task<HeldList> ResumeAsync(CancellationToken stopping)
    {
        var list = await journal.HeldAsync(stopping);
        foreach (var held in list.Held.Where(held => !held.Ended && !attempts.Holds(held.Key)))
        {
            attempts.Resume(held.Assignment, stopping);
        }

        return list;
    }

    /// <summary>The caller reports nothing meanwhile: what is not in the list is then over or not yet confirmed.</summary>
    public async Task ReconcileAsync(string session, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var list = await ResumeAsync(stopping);
        var request = new ReconcileRequest { Session = session, LastEvent = (ulong)list.LastEvent };
        request.Held.AddRange(list.Held.Select(held => held.Key.ToRef()));
        var response = await coordinator.ReconcileAsync(
            request, deadline: CallDeadline.In(CallTimeout), cancellationToken: cancellationToken);
        ending.Begin(response.End.Select(r => r.Key()), EndReason.LeaseLost, stopping);
        if (response.End.Count + response.Lost > 0)
        {
            LogReconciled(response.End.Count, response.Lost);
        }
    }

    [LoggerMessage(2009, LogLevel.Warning,
        "The control plane did not expect {Unknown} attempts, which are ended, and missed {Lost}, which it tries again")]
    private partial void LogReconciled(int unknown, uint lost);
}
