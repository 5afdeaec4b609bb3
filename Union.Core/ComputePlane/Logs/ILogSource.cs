namespace Union.Core.ComputePlane.Logs;

/// <summary>Where the lines of an attempt come from before they are in the archive.</summary>
public interface ILogSource
{
    /// <summary>
    /// The lines of an attempt from its first on; with <paramref name="follow"/> until the attempt has ended, without
    /// it up to the newest. Nothing where the attempt is not kept here (any more).
    /// </summary>
    IAsyncEnumerable<LogLine> ReadAsync(string attemptUid, bool follow, CancellationToken cancellationToken);
}
