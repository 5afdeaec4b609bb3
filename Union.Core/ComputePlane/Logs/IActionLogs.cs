using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Logs;

/// <summary>The lines of an action's attempt on one stream, live while it runs and from the archive afterwards.</summary>
public interface IActionLogs
{
    /// <summary>From the first line on; with <paramref name="follow"/> until the attempt has ended.</summary>
    IAsyncEnumerable<LogLine> ReadAsync(ActionId action, int attempt, bool follow, CancellationToken cancellationToken);
}
