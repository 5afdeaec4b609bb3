using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Gcp.Objects;

/// <summary>Who the cluster is to Google: tokens for its calls, signatures for its URLs, and the name that they carry.</summary>
public sealed class GcsIdentity(ITokenAccess tokens, IBlobSigner signer, Func<CancellationToken, Task<string>> email)
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_write";

    // A workload identity signs by a call to IAM, which wants this scope beside that of the store.
    private const string SignScope = "https://www.googleapis.com/auth/iam";

    private string? _email;

    public ITokenAccess Tokens { get; } = tokens;

    public IBlobSigner Signer { get; } = signer;

    /// <summary>A service account's JSON key file.</summary>
    public static GcsIdentity FromKeyFile(string path)
    {
        try
        {
            var credential = CredentialFactory.FromFile<ServiceAccountCredential>(path);
            var scoped = (ServiceAccountCredential)credential.ToGoogleCredential().CreateScoped(Scope).UnderlyingCredential;
            return new GcsIdentity(scoped, scoped, _ => Task.FromResult(scoped.Id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException
            or ArgumentException or Newtonsoft.Json.JsonException)
        {
            throw new ObjectStoreException(
                ObjectStoreError.BadCredentials, "The key file of the Google service account cannot be read.", e);
        }
    }

    /// <summary>Where Google's own SDK looks: a variable, a login, the metadata server of a machine or workload.</summary>
    /// <param name="serviceAccount">An account to act as; needs the role Service Account Token Creator on it.</param>
    public static GcsIdentity Default(string? serviceAccount)
    {
        try
        {
            return Of(GoogleCredential.GetApplicationDefault(), serviceAccount, null);
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectStoreException(
                ObjectStoreError.BadCredentials, "No Google credentials were found on this machine, or none that can act as another.", e);
        }
    }

    /// <param name="http">How IAM is reached for another account; null for the vendor's own way.</param>
    internal static GcsIdentity Of(GoogleCredential credential, string? serviceAccount, IHttpClientFactory? http)
    {
        credential = serviceAccount is null
            ? credential.CreateScoped(Scope, SignScope)
            : credential.CreateScoped(SignScope).Impersonate(
                new ImpersonatedCredential.Initializer(serviceAccount) { Scopes = [Scope], HttpClientFactory = http });
        return credential.UnderlyingCredential is IBlobSigner signer
            ? new GcsIdentity(credential, signer, EmailOf(credential.UnderlyingCredential, serviceAccount))
            : throw new ObjectStoreException(
                ObjectStoreError.BadCredentials,
                "The Google credentials of this machine are a person's, which can sign nothing: name a serviceAccount.");
    }

    /// <summary>The account's e-mail, which every signature names; asked for once.</summary>
    public async ValueTask<string> EmailAsync(CancellationToken cancellationToken) =>
        _email ??= await email(cancellationToken);

    private static Func<CancellationToken, Task<string>> EmailOf(ICredential credential, string? serviceAccount) =>
        (serviceAccount, credential) switch
        {
            ({ } name, _) => _ => Task.FromResult(name),
            (_, ServiceAccountCredential account) => _ => Task.FromResult(account.Id),
            (_, ComputeCredential machine) => machine.GetDefaultServiceAccountEmailAsync,
            _ => throw new ObjectStoreException(
                ObjectStoreError.BadCredentials, "These Google credentials do not say whose they are: name a serviceAccount."),
        };
}
