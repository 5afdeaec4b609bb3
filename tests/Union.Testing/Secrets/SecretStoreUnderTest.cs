using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;

namespace Union.Testing.Secrets;

/// <summary>A store and, where it is ours, the clock it stamps with.</summary>
public sealed class SecretStoreUnderTest(ISecretStore store, FakeTimeProvider? time, Action? dispose = null) : IDisposable
{
    public ISecretStore Store { get; } = store;

    public FakeTimeProvider? Time { get; } = time;

    /// <summary>The same place as another cluster would open it; null where there is one process only.</summary>
    public ISecretStore? Another { get; init; }

    /// <summary>How many calls have come to the store behind the adapter; null where there is none.</summary>
    public Func<int>? Calls { get; init; }

    public void Dispose() => dispose?.Invoke();
}
