using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Setup;

/// <summary>Comes to a store from outside, as a client or a browser does: without the cluster's rights.</summary>
/// <param name="origin">Where browsers show the console; null where they do not.</param>
internal sealed class StoreVisitor(HttpMessageInvoker fetch, string? origin, string prefix, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Amazon refuses signatures whose time is further off, the others are no more patient.</summary>
    private static readonly TimeSpan ClockLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ClockWorry = TimeSpan.FromSeconds(30);

    /// <summary>Whether anybody answers there, and what time it is there. A refusal answers both.</summary>
    public async Task<(CheckResult Endpoint, CheckResult Clock)> ReachAsync(Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (response, problem) = await SendAsync(request, $"{prefix}.endpoint", cancellationToken);
        using (response)
        {
            return problem is not null
                ? (problem, CheckResult.Skipped($"{prefix}.clock", "Nobody said a time."))
                : (CheckResult.Passed($"{prefix}.endpoint", $"{address.GetLeftPart(UriPartial.Authority)} answers."), Clock(response!.Headers.Date));
        }
    }

    /// <summary>Fetches by a signed URL; false where the answer is not the content.</summary>
    public async Task<CheckResult> FetchAsync(PresignedRequest signed, byte[] content, CancellationToken cancellationToken)
    {
        // Uri would otherwise rewrite what was signed.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(signed.Url.Reveal(), exact));
        foreach (var (header, value) in signed.RequiredHeaders)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        var (response, problem) = await SendAsync(request, $"{prefix}.fetch", cancellationToken);
        using (response)
        {
            return problem
                ?? (await HoldsAsync(response!, content, cancellationToken)
                    ? CheckResult.Passed($"{prefix}.fetch", "A client that has the URL got the object.")
                    : CheckResult.Failed(
                        $"{prefix}.fetch", $"The store answered {(int)response!.StatusCode} to the signed URL.",
                        "Compare the signer's role and the bucket's policy with what `union cloud policy` prints; look at region and clock."));
        }
    }

    /// <summary>Asks as a browser asks before it reads: stores answer that without a signature.</summary>
    public async Task<CheckResult> PreflightAsync(Uri address, CancellationToken cancellationToken)
    {
        var name = $"{prefix}.cors";
        if (origin is null)
        {
            return CheckResult.Skipped(name, "No controlPlane.clients.publicUrl says where browsers show the console.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Options, address);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "GET");
        var (response, problem) = await SendAsync(request, name, cancellationToken);
        using (response)
        {
            var allowed = response is not null && response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins)
                && origins.Any(o => o == "*" || o == origin);
            return problem
                ?? (allowed ? CheckResult.Passed(name, $"Browsers may read from {origin}.") : CheckResult.Failed(
                    name, $"The bucket lets no browser read from {origin}.",
                    "Set the CORS rules that `union cloud policy` prints as cors.json."));
        }
    }

    private CheckResult Clock(DateTimeOffset? theirs)
    {
        var name = $"{prefix}.clock";
        if (theirs is null)
        {
            return CheckResult.Skipped(name, "The store said no time.");
        }

        var off = (time.GetUtcNow() - theirs.Value).Duration();
        var finding = $"The clock differs from the store's by {off.TotalSeconds:0} s.";
        const string advice = "Synchronise the machine's clock (NTP): signatures carry its time, and URLs end by the store's.";
        return off > ClockLimit ? CheckResult.Failed(name, finding, advice)
            : off > ClockWorry ? CheckResult.Warned(name, finding, advice)
            : CheckResult.Passed(name, finding);
    }

    private static async Task<bool> HoldsAsync(
        HttpResponseMessage response, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            return response.IsSuccessStatusCode
                && (await response.Content.ReadAsByteArrayAsync(cancellationToken)).SequenceEqual(content);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<(HttpResponseMessage? Response, CheckResult? Problem)> SendAsync(
        HttpRequestMessage request, string name, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return (await fetch.SendAsync(request, either.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, CheckResult.Failed(
                name, $"The store could not be reached at {request.RequestUri!.GetLeftPart(UriPartial.Authority)}.",
                "Check the endpoint, name resolution, proxies and firewalls."));
        }
    }
}
