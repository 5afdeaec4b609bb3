using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal.Auth;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Aws.Secrets;

/// <summary>
/// The JSON protocol of AWS Secrets Manager: one POST an operation, named in a header, signed with SigV4 over host, date,
/// target, token and the body's hash. The signature itself is the vendor's.
/// </summary>
internal sealed class SecretsManagerCalls : IDisposable
{
    private const string Service = "secretsmanager";
    private const string ContentType = "application/x-amz-json-1.1";

    private readonly SecretStoreCalls _calls = new("AWS Secrets Manager");
    private readonly AwsSecretStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Lazy<AWSCredentials> _credentials;
    private readonly Uri _url;

    public SecretsManagerCalls(AwsSecretStoreOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _credentials = new(() => options.Credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials());
        var domain = options.Region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        _url = new Uri(options.Endpoint ?? $"https://{Service}.{options.Region}.{domain}");
    }

    public async Task<SecretStoreAnswer> CallAsync(
        string operation, JsonObject body, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        Sign(request, $"{Service}.{operation}", bytes, await GetCredentialsAsync());
        return await _calls.SendAsync(request, cancellationToken);
    }

    /// <summary>The last part of <c>__type</c>, which some services give with a namespace.</summary>
    public static string CodeOf(SecretStoreAnswer answer) => (answer.Text("__type") ?? "").Split('#')[^1];

    public static SecretStoreException Refused(SecretStoreAnswer answer, string operation) => AwsSecretFailures.Of(
        CodeOf(answer), answer.Text("message") ?? answer.Text("Message"), answer.Status, $"{Service}:{operation}");

    public void Dispose() => _calls.Dispose();

    private void Sign(HttpRequestMessage request, string target, byte[] body, ImmutableCredentials credentials)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = ContentType,
            ["host"] = _url.Authority,
            ["x-amz-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            ["x-amz-target"] = target,
        };
        if (credentials.UseToken)
        {
            headers["x-amz-security-token"] = credentials.Token;
        }

        var signed = string.Join(';', headers.Keys);
        var canonical = string.Join(
            '\n', "POST", "/", "", string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n")), signed,
            Convert.ToHexStringLower(SHA256.HashData(body)));
        var signature = AWS4Signer.ComputeSignature(
            credentials.AccessKey, credentials.SecretKey, _options.Region, now, Service, signed, canonical);
        foreach (var (name, value) in headers.Where(h => h.Key is not ("content-type" or "host")))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
    }

    private async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            return await _credentials.Value.GetCredentialsAsync();
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException)
        {
            throw new SecretStoreException(
                SecretStoreError.Unauthenticated, "There are no AWS credentials, or they cannot be had now.", e);
        }
    }
}
