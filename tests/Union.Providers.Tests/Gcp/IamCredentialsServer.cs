using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Gcp;

/// <summary>
/// As much of Google's IAM Credentials API as an identity without a key needs, and as strict: a bearer token of somebody
/// who may, the account in the path, a body of known members, a payload in base64, scopes that exist.
/// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
/// </summary>
internal sealed class IamCredentialsServer(RSA key)
{
    public const string SourceToken = "token-of-the-workload";

    private const string Root = $"/v1/projects/-/serviceAccounts/{CloudStorageServer.Account}";

    public int Signed { get; private set; }

    /// <summary>What the metadata server gives out.</summary>
    public string MachineToken { get; set; } = SourceToken;

    /// <summary>Answers signBlob with this status, where it is set.</summary>
    public (int Status, string Code)? Refusal { get; set; }

    /// <summary>Lets signBlob wait for as long as its caller does.</summary>
    public bool Hangs { get; set; }

    public async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/computeMetadata/v1", out var fact))
        {
            await FactAsync(context, fact.Value);
            return;
        }

        if (request.Headers.Authorization != "Bearer " + SourceToken)
        {
            await RefuseAsync(context, 401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
            return;
        }

        using var body = await JsonDocument.ParseAsync(request.Body);
        switch (request.Method, request.Path.Value)
        {
            case ("POST", Root + ":generateAccessToken"):
                await TokenAsync(context, body.RootElement);
                break;
            case ("POST", Root + ":signBlob"):
                await SignAsync(context, body.RootElement);
                break;
            default:
                await RefuseAsync(context, 404, "NOT_FOUND", "Requested entity was not found.");
                break;
        }
    }

    // The metadata server of the machine: whoever can be made to ask it for somebody else cannot set this header.
    private Task FactAsync(HttpContext context, string? fact)
    {
        context.Response.Headers["Metadata-Flavor"] = "Google";
        switch (context.Request.Headers["Metadata-Flavor"].ToString(), fact)
        {
            case ("Google", "/instance/service-accounts/default/token"):
                return context.Response.WriteAsJsonAsync(new { access_token = MachineToken, expires_in = 3600, token_type = "Bearer" });
            case ("Google", "/instance/service-accounts/default/email"):
                return context.Response.WriteAsync(CloudStorageServer.Account);
            default:
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
        }
    }

    private static Task TokenAsync(HttpContext context, JsonElement body)
    {
        var scopes = body.GetProperty("scope").EnumerateArray().Select(s => s.GetString()).ToList();
        return scopes is ["https://www.googleapis.com/auth/devstorage.read_write"]
            ? context.Response.WriteAsJsonAsync(new
            {
                accessToken = CloudStorageServer.Token,
                expireTime = TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            })
            : RefuseAsync(context, 400, "INVALID_ARGUMENT", "Invalid scope.");
    }

    private async Task SignAsync(HttpContext context, JsonElement body)
    {
        if (Hangs)
        {
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (Refusal is { } refusal)
        {
            await RefuseAsync(context, refusal.Status, refusal.Code, "Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist).");
            return;
        }

        if (body.EnumerateObject().Any(m => m.Name is not ("payload" or "delegates"))
            || !body.TryGetProperty("payload", out var payload) || !payload.TryGetBytesFromBase64(out var bytes))
        {
            await RefuseAsync(context, 400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
            return;
        }

        Signed++;
        await context.Response.WriteAsJsonAsync(new
        {
            keyId = "0123456789abcdef",
            signedBlob = Convert.ToBase64String(key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        });
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { code = status, message, status = code } });
    }
}
