using System.Net.Http.Headers;
using System.Security.Cryptography;
using Union.Core.ComputePlane.Objects;

namespace Union.Testing.Objects;

/// <summary>Sends what a store signed, as a client would that knows nothing else.</summary>
public static class Signed
{
    /// <summary>The request as promised; a test changes one thing of it.</summary>
    public static HttpRequestMessage ToMessage(
        this PresignedRequest signed, byte[]? content = null, string? method = null, Func<string, string>? url = null,
        string? without = null)
    {
        // Without this the Uri would rewrite what was signed.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var address = new Uri((url ?? (u => u))(signed.Url.Reveal()), exact);
        var message = new HttpRequestMessage(new HttpMethod(method ?? signed.Method), address);
        if (content is not null)
        {
            message.Content = new ByteArrayContent(content);
        }

        foreach (var (name, value) in signed.RequiredHeaders.Where(header => header.Key != without))
        {
            var isContent = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);
            HttpHeaders headers = isContent ? (message.Content ??= new ByteArrayContent([])).Headers : message.Headers;
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

#pragma warning disable CA5351 // The wire's Content-MD5.
    public static ReadOnlyMemory<byte> Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351
}
