using Union.Core.ComputePlane.Execution;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// How many attempts may start beside those that are held. An attempt that only waits for children lends them its place:
/// otherwise a cluster full of parents would wait for what can never begin.
/// </summary>
/// <param name="Held">Attempts that have a process.</param>
/// <param name="Waiting">Those of them that only wait for their children.</param>
public readonly record struct ExecutorPlaces(ExecutorCapabilities Executor, int Held, int Waiting)
{
    /// <summary>Places for any action.</summary>
    public int Free => Math.Max(0, Executor.Parallel - Held);

    /// <summary>
    /// Places for children only, beside the free ones. Half of what may be held beyond <c>parallel</c> goes to whoever
    /// asks. The other half is kept for the case in which everything waits: then one child at a time, the newest, goes on
    /// downwards until something ends.
    /// </summary>
    public int ForChildren
    {
        get
        {
            var lent = Math.Min(Executor.Parallel - Held + Waiting, Executor.Parallel + (Executor.Waiting / 2) - Held) - Free;
            return Math.Max(lent, IsStuck && Free == 0 ? 1 : 0);
        }
    }

    /// <summary>All that is held waits, and no more may be held: a child that comes now has to be refused.</summary>
    public bool IsFull => IsStuck && Held >= Executor.Parallel + Executor.Waiting;

    private bool IsStuck => Held > 0 && Held == Waiting;
}
