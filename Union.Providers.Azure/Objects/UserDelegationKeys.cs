using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Azure.Objects;

/// <summary>Asks the storage account for a key that is valid between two instants.</summary>
public delegate Task<UserDelegationKey> FetchUserDelegationKey(
    DateTimeOffset starts, DateTimeOffset expires, CancellationToken cancellationToken);

/// <summary>
/// The key that an Entra identity signs with in the place of the account's own. It is kept and renewed when half of its
/// life is over, by one caller while the others wait; while a renewal fails the old key serves as long as it suffices.
/// </summary>
public sealed class UserDelegationKeys(FetchUserDelegationKey fetch, TimeProvider time) : IDisposable
{
    /// <summary>How far the start is set back, since the clocks of the cluster and of Azure differ.</summary>
    public static readonly TimeSpan Backdated = TimeSpan.FromMinutes(10);

    // Azure allows 7 days. One day bounds how long a URL can be made with a key that leaked.
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private UserDelegationKey? _key;

    public static UserDelegationKeys Of(BlobServiceClient account, TimeProvider time) => new(
        async (starts, expires, cancellationToken) =>
        {
            var options = new BlobGetUserDelegationKeyOptions(expires) { StartsOn = starts };
            return (await account.GetUserDelegationKeyAsync(options, cancellationToken)).Value;
        },
        time);

    /// <summary>A key that is valid now and, unless Azure refused to renew it, for half a day more.</summary>
    /// <param name="needed">For how long it must be valid where a renewal fails.</param>
    public async ValueTask<UserDelegationKey> GetAsync(TimeSpan needed, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _key) is { } kept && !IsHalfSpent(kept))
        {
            return kept;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited here finds the key that the first one fetched.
            if (_key is { } renewed && !IsHalfSpent(renewed))
            {
                return renewed;
            }

            var now = time.GetUtcNow();
            var key = await fetch(now - Backdated, now + Life, cancellationToken);
            Volatile.Write(ref _key, key);
            return key;
        }
        catch (Exception e) when (BlobFailures.IsFailure(e, cancellationToken))
        {
            return _key is { } old && old.SignedExpiresOn - time.GetUtcNow() >= needed ? old : throw Translate(e);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private bool IsHalfSpent(UserDelegationKey key) =>
        time.GetUtcNow() >= key.SignedStartsOn + ((key.SignedExpiresOn - key.SignedStartsOn) / 2);

    private static ObjectStoreException Translate(Exception e) => BlobFailures.Translate(
        e, "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey (role Storage Blob Delegator)");
}
