using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Caching;

/// <summary>
/// Before a cluster starts an attempt of a cacheable task: may it take over the result of an earlier action, is it to
/// compute, or is another action computing the same? Safe to repeat.
/// </summary>
/// <param name="Key">The cluster's keyed digest of task, cache version and inputs.</param>
/// <param name="Serializable">Only one action at a time computes the result; the others wait for it.</param>
/// <param name="Overwrite">The run asked for new results.</param>
public sealed record ClaimCached(AttemptKey Attempt, string Key, string CacheVersion, bool Serializable, bool Overwrite)
    : IUseCase<CacheClaim>, IClusterRequest
{
    /// <summary>Outputs of an earlier answer that the cluster found in its store and copied; empty at first.</summary>
    public string Found { get; init; } = "";

    /// <summary>Where the copy is.</summary>
    public string Copy { get; init; } = "";

    /// <summary>Outputs of an earlier answer that are gone.</summary>
    public string Gone { get; init; } = "";
}

public enum CacheOutcome
{
    /// <summary>Start the attempt.</summary>
    Compute,

    /// <summary>There is a result; the cluster looks whether its outputs are still there, and asks again.</summary>
    Found,

    /// <summary>The action has succeeded with the earlier outputs: start nothing.</summary>
    TakenOver,

    /// <summary>Another action computes the same. This one was put back and comes again; start nothing.</summary>
    Wait,
}

public sealed record CacheClaim(CacheOutcome Outcome, string OutputUri = "");

internal sealed class ClaimCachedValidator : AbstractValidator<ClaimCached>
{
    public ClaimCachedValidator()
    {
        RuleFor(c => c.Key).Matches("^[0-9a-f]{64}$").WithMessage("A digest is hexadecimal.");
        RuleFor(c => c.CacheVersion).MaximumLength(255).WithMessage("A cache version may have 255 characters.");
        RuleFor(c => c.Copy).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
            .WithMessage("The reference to the outputs is malformed.");
        RuleFor(c => c).Must(c => c.Found.Length == 0 == (c.Copy.Length == 0)).WithMessage("Outputs that were found need a copy.");
    }
}

internal sealed class ClaimCachedHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<ClaimCached, CacheClaim>
{
    /// <summary>How long an owner that waits for a place keeps the others waiting.</summary>
    private static readonly TimeSpan Reservation = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UsedWithin = TimeSpan.FromHours(1);

    public async Task<CacheClaim> Handle(ClaimCached request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var claim = await database.WriteAsync(
            caller.Cluster.Org, session => ClaimAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return claim;
    }

    private async Task<CacheClaim> ClaimAsync(Session session, ClaimCached request, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        var action = await HeldAction.LockAsync(session, caller.Cluster, request.Attempt);
        var key = new CacheKey(action.Org, action.Project, action.Domain, action.ClusterId, request.Key);
        var machine = new ActionMachine(session, changes, now);
        if (request.Gone.Length > 0)
        {
            await CacheStore.DropAsync(session, key, request.Gone);
        }

        if (!request.Overwrite && await CacheStore.FindAsync(session, key) is { } entry)
        {
            return await TakeOverAsync(session, machine, action, request, entry, now);
        }

        if (request.Serializable)
        {
            var reserved = await CacheStore.TryReserveAsync(
                session, key, action.Id, now.ToMicros(), (now + Reservation).ToMicros());
            if (!reserved)
            {
                await AttemptStore.CloseAsync(session, action.Org, request.Attempt.Uid, now.ToMicros());
                await machine.ParkAsync(action, request.Key);
                return new CacheClaim(CacheOutcome.Wait);
            }

            // The owner of a moment ago may have finished between the two looks.
            if (!request.Overwrite && await CacheStore.FindAsync(session, key) is { } meanwhile)
            {
                await session.BatchAsync([CacheStore.Release(key, action.Id), CacheStore.Wake(key, now.ToMicros())]);
                changes.Clusters.Add(action.ClusterId);
                return await TakeOverAsync(session, machine, action, request, meanwhile, now);
            }
        }

        await ActionStore.SetCacheAsync(
            session, action, request.Key, request.CacheVersion, request.Overwrite ? CacheStatus.Skipped : CacheStatus.Miss);
        return new CacheClaim(CacheOutcome.Compute);
    }

    private static async Task<CacheClaim> TakeOverAsync(
        Session session, ActionMachine machine, ActionRow action, ClaimCached request, CacheRow entry, DateTimeOffset now)
    {
        if (request.Found != entry.OutputUri)
        {
            return new CacheClaim(CacheOutcome.Found, entry.OutputUri);
        }

        await ClusterReferences.EnsureOwnAsync(session, action.Org, action.ClusterId, [request.Copy]);
        await CacheStore.TouchAsync(
            session, new CacheKey(entry.Org, entry.Project, entry.Domain, entry.ClusterId, entry.Key), now.ToMicros(),
            (now - UsedWithin).ToMicros());
        await AttemptStore.TakenOverAsync(session, action.Org, request.Attempt.Uid, request.Copy, now.ToMicros());
        await machine.TakeOverAsync(action, request.Key, request.Copy, entry.Source);
        return new CacheClaim(CacheOutcome.TakenOver, request.Copy);
    }
}
