using System.Collections.Concurrent;

namespace Union.Core.ControlPlane.Queues;

/// <summary>
/// Whose turn it is among the queues of a cluster: the one that has had least for its weight. Kept by each replica for
/// itself; a queue that had nothing waiting does not save up.
/// </summary>
public sealed class QueueTurns
{
    private readonly ConcurrentDictionary<string, Dictionary<string, double>> _clusters = new();

    /// <summary>The queues with how many of <paramref name="places"/> each is offered first; the rest goes to whoever has more.</summary>
    public IReadOnlyList<(QueueRow Queue, int Places)> Order(IReadOnlyList<QueueRow> queues, int places)
    {
        if (queues.Count < 2)
        {
            return [.. queues.Select(q => (q, places))];
        }

        var had = _clusters.GetOrAdd(queues[0].ClusterId, static _ => []);
        lock (had)
        {
            Meet(had, queues);
            var sum = queues.Sum(q => q.Weight);
            return
            [
                .. queues
                    .OrderBy(q => had[q.Name])
                    .ThenByDescending(q => q.Weight)
                    .Select(q => (q, (int)Math.Max(1, places * q.Weight / sum))),
            ];
        }
    }

    /// <param name="taken">How many of each queue that was asked were handed out.</param>
    public void Took(string clusterId, IReadOnlyDictionary<QueueRow, int> taken)
    {
        if (!_clusters.TryGetValue(clusterId, out var had))
        {
            return;
        }

        lock (had)
        {
            foreach (var (queue, count) in taken)
            {
                had[queue.Name] = had.GetValueOrDefault(queue.Name) + (count / (double)queue.Weight);
            }

            var busy = taken.Where(t => t.Value > 0).Select(t => had[t.Key.Name]).DefaultIfEmpty().Min();
            foreach (var queue in taken.Where(t => t.Value == 0).Select(t => t.Key.Name))
            {
                had[queue] = Math.Max(had[queue], busy);
            }
        }
    }

    // One that is new begins where those stand that have had least, and one that is gone is forgotten.
    private static void Meet(Dictionary<string, double> had, IReadOnlyList<QueueRow> queues)
    {
        foreach (var gone in had.Keys.Except(queues.Select(q => q.Name)).ToList())
        {
            had.Remove(gone);
        }

        var least = had.Values.DefaultIfEmpty().Min();
        foreach (var queue in queues)
        {
            had.TryAdd(queue.Name, least);
        }
    }
}
