using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Union.Core.ComputePlane.Logs;

namespace Union.Providers.Local.Execution;

/// <summary>The logs that are kept on this machine: live ones by their follower's signal, ended ones from their file.</summary>
public sealed class ProcessLogs(ProcessExecutorOptions options) : ILogSource
{
    private readonly ConcurrentDictionary<string, LogFollower> _followers = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<LogLine> ReadAsync(
        string attemptUid, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The newest assignment: an older one of the same attempt was ended before.
        var folder = AttemptFolder.All(options.DataDir)
            .Where(folder => folder.Key.Uid == attemptUid).MaxBy(folder => folder.Key.Fence);
        if (folder is null)
        {
            yield break;
        }

        var position = 0L;
        while (true)
        {
            var follower = _followers.GetValueOrDefault(folder.Root);
            var changed = follower?.Changed;
            var isLast = follower is null || follower.IsComplete || !follow;
            var length = follower?.Length ?? (File.Exists(folder.Log) ? new FileInfo(folder.Log).Length : 0);
            if (length > position && File.Exists(folder.Log))
            {
                foreach (var (record, end) in LogFile.Read(folder.Log, position, length))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    position = end;
                    yield return record.ToLine();
                }
            }

            if (isLast)
            {
                yield break;
            }

            await changed!.WaitAsync(cancellationToken);
        }
    }

    internal void Add(AttemptFolder folder, LogFollower follower) => _followers[folder.Root] = follower;

    internal void Remove(AttemptFolder folder) => _followers.TryRemove(folder.Root, out _);
}
