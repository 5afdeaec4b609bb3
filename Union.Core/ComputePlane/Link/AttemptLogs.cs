using System.Runtime.CompilerServices;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Logs;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Link;

/// <summary>The lines of an action: live while an attempt of it is held here, from the archive afterwards.</summary>
public sealed class AttemptLogs(AttemptJournal journal, ILogSource live, ArchivedLogs archive, ObjectLayout layout)
    : IActionLogs
{
    public async IAsyncEnumerable<LogLine> ReadAsync(
        ActionId action, int attempt, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var held = await journal.FindAsync(action, attempt, cancellationToken);
        var lines = held is null
            ? archive.ReadAsync(layout.Logs(new AttemptId(action, attempt)), cancellationToken)
            : live.ReadAsync(held.Key.Uid, follow, cancellationToken);
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            yield return line;
        }
    }
}
