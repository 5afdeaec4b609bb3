using System.Collections.Concurrent;
using Union.Core.Boundary;
using Union.Host.Api.Runs;

namespace Union.Host.Planes.Control;

/// <summary>
/// One call through the tunnel for all who ask for the same parts at the same moment, as the watchers of one run do with
/// every change. Nothing is kept: who asks when the answer has come asks the cluster again.
/// </summary>
internal sealed class SharedPrivateParts(IPrivateParts inner) : IPrivateParts
{
    private readonly ConcurrentDictionary<Wanted, Lazy<Task<IReadOnlyList<byte[]>?>>> _underWay = new();

    public Task<string> PutAsync(
        string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken) =>
        inner.PutAsync(clusterId, scope, part, cancellationToken);

    public Task<IReadOnlyList<byte[]>?> TryGetAsync(
        string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken)
    {
        var wanted = new Wanted(clusterId, scope, string.Join(' ', digests));
        var call = _underWay.GetOrAdd(wanted, w => new(() => GetAsync(w, digests)));

        // Whoever leaves leaves alone: the call is the others' too, and has a deadline of its own.
        return call.Value.WaitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<byte[]>?> GetAsync(Wanted wanted, IReadOnlyList<string> digests)
    {
        try
        {
            return await inner.TryGetAsync(wanted.ClusterId, wanted.Scope, digests, CancellationToken.None);
        }
        finally
        {
            _underWay.TryRemove(wanted, out _);
        }
    }

    private sealed record Wanted(string ClusterId, ProjectScope Scope, string Digests);
}
