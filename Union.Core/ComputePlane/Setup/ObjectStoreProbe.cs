using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Setup;

/// <summary>
/// Does to a store what the cluster and its clients do, and asks its cloud what only that can say. What one check needs of
/// another that failed is skipped; what it does not need is looked at all the same:
/// 1. from outside and without a right: whether the endpoint answers, the clock, CORS;
/// 2. the bucket, its region;
/// 3. one small object, written, read, listed and deleted; the key that encrypted it;
/// 4. what signs (<c>signBlob</c>, a delegation key), a signed URL, and a client that fetches by it.
/// </summary>
/// <param name="fetch">Null where signed URLs are served by the cluster itself, which need not run now.</param>
/// <param name="origin">Where browsers show the console; null where they do not.</param>
public sealed class ObjectStoreProbe(IObjectStore store, HttpMessageInvoker? fetch, string? origin, TimeProvider time) : IProbe
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IInspectedStore? _inspected = store as IInspectedStore;

    /// <summary>What the checks' names begin with.</summary>
    public string Name { get; init; } = "objects";

    /// <summary>False where the policy lets nothing be signed, so that nothing need be there to sign with.</summary>
    public bool Signs { get; init; } = true;

    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = ObjectKey.Parse($"union/doctor/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
        var content = RandomNumberGenerator.GetBytes(64);
        var visitor = fetch is null ? null : new StoreVisitor(fetch, origin, Name, time);

        // :: Step 1
        if (_inspected is not null && visitor is not null)
        {
            var (endpoint, clock) = await visitor.ReachAsync(_inspected.PlaceOf(key), cancellationToken);
            yield return endpoint;
            yield return clock;
            if (endpoint.State is CheckState.Failed)
            {
                yield return Skipped("write", "The store cannot be reached.");
                yield break;
            }

            yield return await visitor.PreflightAsync(_inspected.PlaceOf(key), cancellationToken);
        }

        // :: Step 2
        var (usable, seen) = (true, true);
        foreach (var inspection in InspectionsAt(InspectionStage.Bucket))
        {
            if (!seen)
            {
                yield return Skipped(inspection.Name, "The bucket cannot be looked at.");
                continue;
            }

            var (result, refusal) = await InspectAsync(inspection, key, cancellationToken);
            yield return result;

            // A role may let nobody look at the bucket and use it all the same.
            seen = result.State is not CheckState.Failed;
            usable &= result.State is not CheckState.Failed || refusal?.Error is ObjectStoreError.Denied;
        }

        // :: Step 3
        var written = false;
        await foreach (var (result, isWritten) in UseAsync(usable, key, content, cancellationToken))
        {
            yield return result;
            written |= isWritten;
        }

        // :: Step 4
        await foreach (var result in SignAsync(visitor, written, key, content, cancellationToken))
        {
            yield return result;
        }

        if (written)
        {
            yield return await CheckAsync("delete", "It was deleted.", token => store.DeleteAsync(key, token), cancellationToken);
        }
    }

    private async IAsyncEnumerable<(CheckResult Result, bool IsWritten)> UseAsync(
        bool usable, ObjectKey key, byte[] content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!usable)
        {
            yield return (Skipped("write", "The bucket cannot be used."), false);
            yield break;
        }

        var (write, refusal) = await TryAsync("write", async token =>
        {
            using var stream = new MemoryStream(content);
            await store.PutAsync(key, stream, PutMode.Replace, token);
            return new StoreFinding("An object was written.");
        }, cancellationToken);
        yield return (write, write.State is CheckState.Ok);
        foreach (var inspection in InspectionsAt(InspectionStage.Written))
        {
            yield return (write.State is CheckState.Ok
                ? (await InspectAsync(inspection, key, cancellationToken)).Result
                : refusal is not null && IsOf(inspection, refusal) ? write with { Name = $"{Name}.{inspection.Name}" }
                : Skipped(inspection.Name, "Nothing could be written."), false);
        }

        if (write.State is CheckState.Ok)
        {
            yield return (await CheckAsync("read", "It was read back.", token => ReadBackAsync(key, content, token), cancellationToken), false);
            yield return (await CheckAsync("list", "It was listed.", token => ListAsync(key, token), cancellationToken), false);
        }
    }

    private async IAsyncEnumerable<CheckResult> SignAsync(
        StoreVisitor? visitor, bool written, ObjectKey key, byte[] content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Signs)
        {
            yield return Skipped("sign", "The policy lets nothing be signed.");
            yield break;
        }

        var can = true;
        foreach (var inspection in InspectionsAt(InspectionStage.Signature))
        {
            var result = (await InspectAsync(inspection, key, cancellationToken)).Result;
            yield return result;
            can &= result.State is not CheckState.Failed;
        }

        if (!can)
        {
            yield return Skipped("sign", "There is nothing to sign with.");
            yield break;
        }

        PresignedRequest? signed = null;
        var life = Lifetime < store.Capabilities.MaxPresignLifetime ? Lifetime : store.Capabilities.MaxPresignLifetime;
        yield return await CheckAsync("sign", "A URL to read it was signed.", async token =>
            signed = await store.PresignAsync(new PresignGrant(PresignVerb.Get, key, life), token), cancellationToken);
        yield return signed is null ? Skipped("fetch", "There is no signed URL.")
            : visitor is null ? Skipped("fetch", "Signed URLs are served by the cluster while it runs.")
            : !written ? Skipped("fetch", "Nothing could be written.")
            : await visitor.FetchAsync(signed, content, cancellationToken);
    }

    private IEnumerable<StoreInspection> InspectionsAt(InspectionStage stage) =>
        (_inspected?.Inspections ?? []).Where(inspection => inspection.Stage == stage);

    // Where the key cannot be used, nothing is written, and the store says which of both it was.
    private static bool IsOf(StoreInspection inspection, ObjectStoreException refusal) =>
        inspection.Name == "key" && (refusal.Error is ObjectStoreError.KeyUnusable
            || refusal.Permission?.Contains("kms", StringComparison.OrdinalIgnoreCase) is true);

    private CheckResult Skipped(string check, string why) => CheckResult.Skipped($"{Name}.{check}", why);

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

    private async Task<CheckResult> CheckAsync(
        string check, string finding, Func<CancellationToken, Task> act, CancellationToken cancellationToken) =>
        (await TryAsync(
            check,
            async token =>
            {
                await act(token);
                return new StoreFinding(finding);
            },
            cancellationToken)).Result;

    private Task<(CheckResult Result, ObjectStoreException? Refusal)> InspectAsync(
        StoreInspection inspection, ObjectKey key, CancellationToken cancellationToken) =>
        TryAsync(inspection.Name, token => inspection.AskAsync(key, token), cancellationToken);

    private async Task<(CheckResult Result, ObjectStoreException? Refusal)> TryAsync(
        string check, Func<CancellationToken, Task<StoreFinding>> act, CancellationToken cancellationToken)
    {
        var name = $"{Name}.{check}";
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var finding = await act(either.Token);
            return (finding.Applies ? CheckResult.Passed(name, finding.Text) : CheckResult.Skipped(name, finding.Text), null);
        }
        catch (ObjectStoreException e)
        {
            var answer = e.ToAnswer();
            return (CheckResult.Failed(
                name, answer.Message,
                e.Error is ObjectStoreError.Unavailable ? "Check the endpoint, name resolution, proxies and firewalls." : answer.Hint), e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (CheckResult.Failed(name, "The store did not answer in time.", "Check name resolution, proxies and firewalls."), null);
        }
    }
}
