using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Setup;

/// <summary>Writes, reads, lists and deletes a secret of its own, of which the value is random and means nothing.</summary>
public sealed class SecretStoreProbe(ISecretStore store, TimeProvider time) : IProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Always the same name: a store that keeps what was deleted keeps one.
    private static readonly SecretName Name = new(new SecretScope(Names.DefaultOrg, null, null), "union-doctor");

    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var value = new SecretBytes(RandomNumberGenerator.GetBytes(24));
        var written = await TryAsync("secrets.write", "A secret was written.", token =>
            store.PutAsync(Name, value, PutSecret.Replace, token), cancellationToken);
        yield return written;
        if (written.State is not CheckState.Ok)
        {
            yield return CheckResult.Skipped("secrets.read", "Nothing could be written.");
            yield break;
        }

        yield return CheckResult.Passed("secrets.create", store.Capabilities.CreateIsAtomic
            ? "Of two clusters that create one secret at once, one is refused."
            : "The store has no create-only write: where clusters share a prefix, the later of two that create one secret at once wins.");
        yield return await TryAsync("secrets.read", "It was read back, as a task would get it.", async token =>
        {
            var found = await store.GetAsync(Name, null, token);
            if (!found.Reveal().Span.SequenceEqual(value.Reveal().Span))
            {
                throw new SecretStoreException(SecretStoreError.Unavailable, "The store gave another value than it was given.");
            }
        }, cancellationToken);
        yield return await TryAsync("secrets.list", "It was listed.", async token =>
        {
            await foreach (var secret in store.ListAsync(Name.Scope, token))
            {
                if (secret.Name == Name)
                {
                    return;
                }
            }

            throw SecretStoreException.Missing(Name);
        }, cancellationToken);
        yield return await TryAsync("secrets.delete", "It was deleted.", token => store.DeleteAsync(Name, token), cancellationToken);
    }

    // Where the answer to a caller says that the doctor knows more.
    private static string? AdviceOn(SecretStoreError error) => error switch
    {
        SecretStoreError.Unavailable => "Check the address, name resolution, proxies and firewalls.",
        SecretStoreError.Unauthenticated => "Renew the credentials that computePlane.secrets and docs/secrets.md name.",
        SecretStoreError.Misconfigured => "Compare computePlane.secrets with what the store has.",
        _ => null,
    };

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
        catch (SecretStoreException e)
        {
            // Here the operator asks, so the store's own words may be said: they name no value.
            var answer = e.ToAnswer();
            return CheckResult.Failed(name, $"{answer.Message} ({e.Message.TrimEnd('.')})", AdviceOn(e.Error) ?? answer.Hint);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CheckResult.Failed(name, "The store did not answer in time.", "Check name resolution, proxies and firewalls.");
        }
    }
}
