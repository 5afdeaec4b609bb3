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

    /// <summary>The same place by a clock that is hours behind, where the server's own cannot be moved.</summary>
    public IObjectStore? Behind { get; init; }

    /// <summary>
    /// The same place behind a line that damages what is written, see <see cref="Servers.DamagingRelay"/>; null where there
    /// is no line.
    /// </summary>
    public IObjectStore? Damaging { get; init; }

    /// <summary>Signs with a credential that the server knew and takes no more.</summary>
    public Func<PresignGrant, Task<PresignedRequest>>? SignWithEndedCredential { get; init; }

    /// <summary>The parameter of a URL that says how long or until when it lives.</summary>
    public string? LifetimeParameter { get; init; }

    /// <summary>The parameter of a URL that sets the content type of the answer.</summary>
    public string? TypeParameter { get; init; }

    /// <summary>Misuses that this store has no way for, each with the reason.</summary>
    public IReadOnlyDictionary<Misuse, string> Without { get; init; } = new Dictionary<Misuse, string>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await (dispose?.Invoke() ?? ValueTask.CompletedTask);
    }
}
