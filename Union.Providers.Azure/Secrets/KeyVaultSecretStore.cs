using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Azure.Secrets;

/// <summary>
/// Secrets of an Azure Key Vault. The vault has no create-only write: two of this process's writes never meet, but
/// a write of somebody else between our look and our write is replaced. A deleted name stays taken while the vault can
/// recover it, so a later put recovers it first and adds a version; purging would need a permission that can undo
/// the vault's protection.
/// </summary>
public sealed class KeyVaultSecretStore : ISecretStore, IDisposable
{
    private const int MaxCharacters = 25_000;
    private const int MaxNameLength = 127;
    private const string CreatedTag = "union-created";

    private static readonly TimeSpan RecoveryPoll = TimeSpan.FromSeconds(1);

    private readonly KeyVaultSecretStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly SecretClient _vault;
    private readonly SemaphoreSlim _writer = new(1);

    public KeyVaultSecretStore(KeyVaultSecretStoreOptions options, TimeProvider time)
        : this(options, time, transport: null)
    {
    }

    /// <param name="transport">For a vault whose certificate only a test trusts.</param>
    internal KeyVaultSecretStore(KeyVaultSecretStoreOptions options, TimeProvider time, HttpPipelineTransport? transport)
    {
        _options = options;
        _time = time;
        var client = new SecretClientOptions
        {
            // A token is asked for in the name of the vault's own domain; a custom one on loopback has none.
            DisableChallengeResourceVerification = transport is not null,
            Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(20) },
        };
        client.Transport = transport ?? client.Transport;
        _vault = new SecretClient(new Uri(options.Vault), options.Credentials ?? new DefaultAzureCredential(), client);
    }

    public SecretStoreCapabilities Capabilities { get; } = new(SecretText.MaxBytes(MaxCharacters))
    {
        MaxTextBytes = MaxCharacters,
        CreateIsAtomic = false,
    };

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        var text = SecretText.Encode(value, MaxCharacters)
            ?? throw SecretStoreException.TooLarge(name, Capabilities);
        var secret = new KeyVaultSecret(NameOf(name), text);
        await _writer.WaitAsync(cancellationToken);
        try
        {
            var old = await FindAsync(secret.Name, cancellationToken);
            if (old is not null && mode is PutSecret.CreateOnly)
            {
                throw SecretStoreException.Exists(name);
            }

            Describe(secret, name, old is null ? _time.GetUtcNow() : CreatedOf(old));
            return (await SetAsync(secret, cancellationToken)).Properties.Version;
        }
        catch (Exception e) when (KeyVaultFailures.IsFailure(e, cancellationToken))
        {
            throw KeyVaultFailures.Translate(e, "setSecret/action");
        }
        finally
        {
            _writer.Release();
        }
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        // Versions are 32 hexadecimal digits; the vault refuses others as malformed.
        if (version is not null && (version.Length != 32 || !version.All(char.IsAsciiHexDigit)))
        {
            throw SecretStoreException.Missing(name);
        }

        try
        {
            var secret = await _vault.GetSecretAsync(NameOf(name), version, cancellationToken: cancellationToken);
            return SecretText.Decode(secret.Value.Value);
        }
        catch (RequestFailedException e) when (e.Status is 404)
        {
            throw SecretStoreException.Missing(name);
        }
        catch (Exception e) when (KeyVaultFailures.IsFailure(e, cancellationToken))
        {
            throw KeyVaultFailures.Translate(e, "getSecret/action");
        }
    }

    // The vault answers a secret's properties with its value or in a listing, and in no third way.
    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(NameOf(name), cancellationToken) is { } found
                ? new StoredSecret(name, CreatedOf(found))
                : null;
        }
        catch (Exception e) when (KeyVaultFailures.IsFailure(e, cancellationToken))
        {
            throw KeyVaultFailures.Translate(e, "getSecret/action");
        }
    }

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        try
        {
            await _vault.StartDeleteSecretAsync(NameOf(name), cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404)
        {
            // Deleting is idempotent.
        }
        catch (Exception e) when (KeyVaultFailures.IsFailure(e, cancellationToken))
        {
            throw KeyVaultFailures.Translate(e, "delete");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose() => _writer.Dispose();

    private async IAsyncEnumerable<StoredSecret> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pages = _vault.GetPropertiesOfSecretsAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(pages, cancellationToken))
        {
            if (NameOf(pages.Current) is { } name)
            {
                yield return new StoredSecret(name, CreatedOf(pages.Current));
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(
        IAsyncEnumerator<SecretProperties> pages, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (Exception e) when (KeyVaultFailures.IsFailure(e, cancellationToken))
        {
            throw KeyVaultFailures.Translate(e, "readMetadata/action");
        }
    }

    private async Task<SecretProperties?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await _vault.GetSecretAsync(name, cancellationToken: cancellationToken)).Value.Properties;
        }
        catch (RequestFailedException e) when (e.Status is 404)
        {
            return null;
        }
    }

    private async Task<KeyVaultSecret> SetAsync(KeyVaultSecret secret, CancellationToken cancellationToken)
    {
        try
        {
            return await _vault.SetSecretAsync(secret, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 409)
        {
            // Deleted, and kept for recovery.
            var recovery = await _vault.StartRecoverDeletedSecretAsync(secret.Name, cancellationToken);
            await recovery.WaitForCompletionAsync(RecoveryPoll, cancellationToken);
            return await _vault.SetSecretAsync(secret, cancellationToken);
        }
    }

    private string NameOf(SecretName name) => FlatSecretName.Of(_options.Prefix, name, MaxNameLength);

    // Tags say whose a secret is whose name is a hash, because the names were too long.
    private static void Describe(KeyVaultSecret secret, SecretName name, DateTimeOffset created)
    {
        secret.Properties.ContentType = "text/plain";
        var tags = secret.Properties.Tags;
        tags[CreatedTag] = created.ToString("O", CultureInfo.InvariantCulture);
        tags["union-org"] = name.Scope.Org;
        tags["union-project"] = name.Scope.Project ?? "";
        tags["union-domain"] = name.Scope.Domain ?? "";
        tags["union-name"] = name.Name;
    }

    private SecretName? NameOf(SecretProperties secret)
    {
        if (FlatSecretName.TryRead(_options.Prefix, secret.Name) is { } name)
        {
            return name;
        }

        if (!secret.Tags.TryGetValue("union-org", out var org) || !secret.Tags.TryGetValue("union-name", out var text))
        {
            return null;
        }

        var named = new SecretName(
            new SecretScope(org, TextOf(secret, "union-project"), TextOf(secret, "union-domain")), text);
        return NameOf(named) == secret.Name ? named : null;
    }

    private static string? TextOf(SecretProperties secret, string tag) =>
        secret.Tags.TryGetValue(tag, out var text) && text.Length > 0 ? text : null;

    // The vault stamps versions, so the first one's time travels from version to version.
    private static DateTimeOffset CreatedOf(SecretProperties secret) =>
        secret.Tags.TryGetValue(CreatedTag, out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var created)
            ? created
            : secret.CreatedOn ?? DateTimeOffset.UnixEpoch;
}
