using System.Runtime.CompilerServices;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>Makes a listing of what a store answers in an order of its own. It is gathered whole, so it has a bound.</summary>
public static class SecretListing
{
    private const int MaxSecrets = 100_000;

    public static async IAsyncEnumerable<StoredSecret> BelowAsync(
        this IAsyncEnumerable<StoredSecret> secrets, SecretScope scope,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new List<StoredSecret>();
        await foreach (var secret in secrets.WithCancellation(cancellationToken))
        {
            if (scope.Covers(secret.Name.Scope))
            {
                found.Add(secret);
            }

            if (found.Count > MaxSecrets)
            {
                throw new SecretStoreException(
                    SecretStoreError.TooLarge, $"The store holds more than {MaxSecrets} secrets below one scope.");
            }
        }

        foreach (var secret in found.OrderBy(s => s.Name, SecretNameOrder.Instance))
        {
            yield return secret;
        }
    }
}
