using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;

namespace Union.Testing.Secrets;

/// <summary>A store and, where it is ours, the clock it stamps with.</summary>
public sealed class SecretStoreUnderTest(ISecretStore store, FakeTimeProvider? time, Action? dispose = null) : IDisposable
{
    public ISecretStore Store { get; } = store;

    public FakeTimeProvider? Time { get; } = time;

    public void Dispose() => dispose?.Invoke();
}
