using Union.Core.ComputePlane.Objects;

namespace Union.Testing.Objects;

/// <summary>A store, the client that reaches its signed URLs, and its clock.</summary>
/// <param name="advance">Moves the clock that decides about expiry; null where that is a real server's.</param>
/// <param name="pageSize">Objects in one page of a listing, so that a test can cross a page's border.</param>
public sealed class ObjectStoreUnderTest(
    IObjectStore store, HttpClient client, Action<TimeSpan>? advance, int pageSize, Func<ValueTask>? dispose = null)
    : IAsyncDisposable
{
    public IObjectStore Store { get; } = store;

    public HttpClient Client { get; } = client;

    public Action<TimeSpan>? Advance { get; } = advance;

    public int PageSize { get; } = pageSize;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await (dispose?.Invoke() ?? ValueTask.CompletedTask);
    }
}
