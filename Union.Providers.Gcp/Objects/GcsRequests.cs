using System.Net.Http.Headers;
using System.Text;
using Google.Apis.Auth.OAuth2;

namespace Union.Providers.Gcp.Objects;

/// <summary>Requests of the XML API to one bucket, with the cluster's token. https://cloud.google.com/storage/docs/xml-api</summary>
internal sealed class GcsRequests(HttpClient http, ITokenAccess tokens, string endpoint, string bucket)
{
    /// <param name="name">The whole key; empty for the bucket itself.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string name, string query, HttpContent? content, Action<HttpRequestHeaders>? headers,
        CancellationToken cancellationToken)
    {
        // Byte for byte: Uri would rewrite some keys, and the object would lie elsewhere.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var url = new Uri($"{endpoint}/{bucket}/{Encode(name)}{query}", exact);
        using var request = new HttpRequestMessage(method, url) { Content = content };
        var token = await tokens.GetAccessTokenForRequestAsync(endpoint + "/", cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        headers?.Invoke(request.Headers);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public static string Encode(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    public static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }
}
