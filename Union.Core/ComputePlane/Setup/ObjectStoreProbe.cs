using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Setup;

/// <summary>
/// Does to a store what the cluster does: writes, reads, lists and deletes one small object, and fetches it by a signed URL
/// as a client would. That one fetch tries <c>signBlob</c>, the delegation key, the bucket's policy and the clock.
/// </summary>
/// <param name="fetch">Null where signed URLs are served by the cluster itself, which need not run now.</param>
/// <param name="origin">Where browsers show the console; null where they do not.</param>
public sealed class ObjectStoreProbe(IObjectStore store, HttpMessageInvoker? fetch, string? origin, TimeProvider time) : IProbe
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Amazon refuses signatures whose time is further off, the others are no more patient.</summary>
    private static readonly TimeSpan ClockLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ClockWorry = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = ObjectKey.Parse($"union/doctor/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
        var content = RandomNumberGenerator.GetBytes(64);
        var written = await TryAsync("objects.write", "An object was written.", async token =>
        {
            using var stream = new MemoryStream(content);
            await store.PutAsync(key, stream, PutMode.Replace, token);
        }, cancellationToken);
        yield return written;
        if (written.State is not CheckState.Ok)
        {
            yield return CheckResult.Skipped("objects.sign", "Nothing could be written, so nothing was signed.");
            yield break;
        }

        yield return await TryAsync("objects.read", "It was read back.", token => ReadBackAsync(key, content, token), cancellationToken);
        yield return await TryAsync("objects.list", "It was listed.", token => ListAsync(key, token), cancellationToken);
        await foreach (var result in SignAsync(key, content, cancellationToken))
        {
            yield return result;
        }

        yield return await TryAsync("objects.delete", "It was deleted.", token => store.DeleteAsync(key, token), cancellationToken);
    }

    private async IAsyncEnumerable<CheckResult> SignAsync(
        ObjectKey key, byte[] content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PresignedRequest? signed = null;
        var life = Lifetime < store.Capabilities.MaxPresignLifetime ? Lifetime : store.Capabilities.MaxPresignLifetime;
        yield return await TryAsync("objects.sign", "A URL to read it was signed.", async token =>
            signed = await store.PresignAsync(new PresignGrant(PresignVerb.Get, key, life), token), cancellationToken);
        if (signed is null || fetch is null)
        {
            yield return CheckResult.Skipped(
                "objects.fetch", signed is null ? "There is no signed URL." : "Signed URLs are served by the cluster while it runs.");
            yield break;
        }

        var (response, problem) = await SendAsync(HttpMethod.Get, signed, preflight: false, cancellationToken);
        using (response)
        {
            yield return problem
                ?? (await HoldsAsync(response!, content, cancellationToken)
                    ? CheckResult.Passed("objects.fetch", "A client that has the URL got the object.")
                    : CheckResult.Failed(
                        "objects.fetch", $"The store answered {(int)response!.StatusCode} to the signed URL.",
                        "Compare the signer's role and the bucket's policy with what `union cloud policy` prints; look at region and clock."));
            yield return Clock(response?.Headers.Date);
        }

        yield return await PreflightAsync(signed, cancellationToken);
    }

    private static async Task<bool> HoldsAsync(
        HttpResponseMessage response, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            return response.StatusCode is HttpStatusCode.OK
                && (await response.Content.ReadAsByteArrayAsync(cancellationToken)).SequenceEqual(content);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private CheckResult Clock(DateTimeOffset? theirs)
    {
        if (theirs is null)
        {
            return CheckResult.Skipped("objects.clock", "The store said no time.");
        }

        var off = (time.GetUtcNow() - theirs.Value).Duration();
        var finding = $"The clock differs from the store's by {off.TotalSeconds:0} s.";
        const string advice = "Synchronise the machine's clock (NTP): signatures carry its time, and URLs end by the store's.";
        return off > ClockLimit ? CheckResult.Failed("objects.clock", finding, advice)
            : off > ClockWorry ? CheckResult.Warned("objects.clock", finding, advice)
            : CheckResult.Passed("objects.clock", finding);
    }

    private async Task<CheckResult> PreflightAsync(PresignedRequest signed, CancellationToken cancellationToken)
    {
        const string name = "objects.cors";
        if (origin is null)
        {
            return CheckResult.Skipped(name, "No controlPlane.clients.publicUrl says where browsers show the console.");
        }

        var (response, problem) = await SendAsync(HttpMethod.Options, signed, preflight: true, cancellationToken);
        using (response)
        {
            var allowed = response is not null && response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins)
                && origins.Any(o => o == "*" || o == origin);
            return problem is not null ? problem with { Name = name }
                : allowed ? CheckResult.Passed(name, $"Browsers may read from {origin}.")
                : CheckResult.Failed(
                    name, $"The bucket lets no browser read from {origin}.",
                    "Set the CORS rules that `union cloud policy` prints as cors.json.");
        }
    }

    private async Task<(HttpResponseMessage? Response, CheckResult? Problem)> SendAsync(
        HttpMethod method, PresignedRequest signed, bool preflight, CancellationToken cancellationToken)
    {
        // Uri would otherwise rewrite what was signed.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(method, new Uri(signed.Url.Reveal(), exact));
        foreach (var (name, value) in signed.RequiredHeaders.Where(_ => !preflight))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (preflight)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "GET");
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return (await fetch!.SendAsync(request, either.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, CheckResult.Failed(
                "objects.fetch", $"The store could not be reached at {signed.Url}.", "Check name resolution, proxies and firewalls."));
        }
    }

    private async Task ReadBackAsync(ObjectKey key, byte[] content, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(key, 0, cancellationToken);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellationToken);
        if (!copy.ToArray().AsSpan().SequenceEqual(content))
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, "The store gave other bytes than it was given.");
        }
    }

    private async Task ListAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync(ObjectKey.Parse("union/doctor"), cancellationToken))
        {
            if (found.Key == key)
            {
                return;
            }
        }

        throw new ObjectStoreException(ObjectStoreError.NotFound, "The store does not list what was written.");
    }

    private async Task<CheckResult> TryAsync(
        string name, string finding, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await act(either.Token);
            return CheckResult.Passed(name, finding);
        }
        catch (ObjectStoreException e)
        {
            var answer = e.ToAnswer();
            return CheckResult.Failed(
                name, answer.Message,
                e.Error is ObjectStoreError.Unavailable ? "Check the endpoint, name resolution, proxies and firewalls." : answer.Hint);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CheckResult.Failed(name, "The store did not answer in time.", "Check name resolution, proxies and firewalls.");
        }
    }
}
