using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Aws.Secrets;

/// <summary>
/// Secrets of AWS Secrets Manager, <c>prefix/org/project/domain/name</c>. They are deleted without its recovery window,
/// which would keep the name taken for a week at least. An operator's own text secrets are read as they stand.
/// </summary>
public sealed class SecretsManagerSecretStore(AwsSecretStoreOptions options, TimeProvider time) : ISecretStore, IDisposable
{
    private const int PageSize = 100;

    private readonly SecretsManagerCalls _calls = new(options, time);

    public SecretStoreCapabilities Capabilities { get; } = new(64 * 1024);

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        if (value.Length > Capabilities.MaxValueBytes)
        {
            throw SecretStoreException.TooLarge(name, Capabilities);
        }

        if (mode is PutSecret.Replace && await TryPutVersionAsync(name, value, cancellationToken) is { } version)
        {
            return version;
        }

        var body = ValueOf(value);
        body["Name"] = SecretPath.Of(options.Prefix, name);
        body["Description"] = "Secret of Union";
        body["KmsKeyId"] = options.KmsKey;
        var created = await _calls.CallAsync("CreateSecret", Without(body), cancellationToken);
        if (created.IsSuccess)
        {
            return created.Text("VersionId")!;
        }

        if (SecretsManagerCalls.CodeOf(created) is not ("ResourceExistsException" or "InvalidRequestException"))
        {
            throw SecretsManagerCalls.Refused(created, "CreateSecret");
        }

        // InvalidRequestException: somebody scheduled it for deletion with a recovery window, so its name is taken.
        return mode is PutSecret.Replace && await TryPutVersionAsync(name, value, cancellationToken) is { } replaced
            ? replaced
            : throw SecretStoreException.Exists(name);
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        // The service refuses ids of other lengths as malformed; there is no version of such an id.
        if (version is { Length: < 32 or > 64 })
        {
            throw SecretStoreException.Missing(name);
        }

        var body = Without(new JsonObject { ["SecretId"] = SecretPath.Of(options.Prefix, name), ["VersionId"] = version });
        var answer = await _calls.CallAsync("GetSecretValue", body, cancellationToken);
        if (IsMissing(answer))
        {
            throw SecretStoreException.Missing(name);
        }

        if (!answer.IsSuccess)
        {
            throw SecretsManagerCalls.Refused(answer, "GetSecretValue");
        }

        return answer["SecretBinary"] is { ValueKind: JsonValueKind.String } binary
            ? new SecretBytes(binary.GetBytesFromBase64())
            : SecretText.Decode(answer.Text("SecretString") ?? "");
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["SecretId"] = SecretPath.Of(options.Prefix, name) };
        var answer = await _calls.CallAsync("DescribeSecret", body, cancellationToken);
        if (!answer.IsSuccess && !IsMissing(answer))
        {
            throw SecretsManagerCalls.Refused(answer, "DescribeSecret");
        }

        // One in its recovery window is still described.
        return answer.IsSuccess && answer["DeletedDate"].ValueKind is JsonValueKind.Undefined
            ? new StoredSecret(name, CreatedOf(answer["CreatedDate"]))
            : null;
    }

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["SecretId"] = SecretPath.Of(options.Prefix, name),
            ["ForceDeleteWithoutRecovery"] = true,
        };
        var answer = await _calls.CallAsync("DeleteSecret", body, cancellationToken);
        if (!answer.IsSuccess && !IsMissing(answer))
        {
            throw SecretsManagerCalls.Refused(answer, "DeleteSecret");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(scope.Org, cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose() => _calls.Dispose();

    private async IAsyncEnumerable<StoredSecret> ReadAllAsync(
        string org, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            // The service matches names by their beginnings.
            var filter = new JsonObject
            {
                ["Key"] = "name",
                ["Values"] = new JsonArray(SecretPath.Folder(options.Prefix, org) + "/"),
            };
            var body = new JsonObject { ["Filters"] = new JsonArray(filter), ["MaxResults"] = PageSize, ["NextToken"] = next };
            var page = await _calls.CallAsync("ListSecrets", Without(body), cancellationToken);
            if (!page.IsSuccess)
            {
                throw SecretsManagerCalls.Refused(page, "ListSecrets");
            }

            foreach (var item in page.Items("SecretList"))
            {
                if (SecretPath.TryRead(options.Prefix, item.GetProperty("Name").GetString()!) is { } name)
                {
                    yield return new StoredSecret(name, CreatedOf(item.GetProperty("CreatedDate")));
                }
            }

            next = page.Text("NextToken");
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<string?> TryPutVersionAsync(SecretName name, SecretBytes value, CancellationToken cancellationToken)
    {
        var body = ValueOf(value);
        body["SecretId"] = SecretPath.Of(options.Prefix, name);
        var answer = await _calls.CallAsync("PutSecretValue", body, cancellationToken);
        return answer.IsSuccess ? answer.Text("VersionId")
            : IsMissing(answer) ? null : throw SecretsManagerCalls.Refused(answer, "PutSecretValue");
    }

    // The token makes a call that the network repeats one version, and becomes the version's id.
    private JsonObject ValueOf(SecretBytes value)
    {
        var body = new JsonObject { ["ClientRequestToken"] = Guid.CreateVersion7(time.GetUtcNow()).ToString() };
        if (SecretText.TryPlain(value) is { } text)
        {
            body["SecretString"] = text;
        }
        else if (value.Length > 0)
        {
            body["SecretBinary"] = Convert.ToBase64String(value.Reveal().Span);
        }
        else
        {
            // A blob of no bytes is refused.
            body["SecretString"] = SecretText.Encode(value, Capabilities.MaxValueBytes);
        }

        return body;
    }

    // A secret with a recovery window answers InvalidRequestException until it is gone.
    private static bool IsMissing(SecretStoreAnswer answer) => answer.Status is HttpStatusCode.BadRequest
        && SecretsManagerCalls.CodeOf(answer) is "ResourceNotFoundException" or "InvalidRequestException";

    private static DateTimeOffset CreatedOf(JsonElement date)
    {
        // Seconds with fractions, as this protocol writes every instant.
        var seconds = date.GetDecimal();
        return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    private static JsonObject Without(JsonObject body)
    {
        foreach (var name in body.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            body.Remove(name);
        }

        return body;
    }
}
