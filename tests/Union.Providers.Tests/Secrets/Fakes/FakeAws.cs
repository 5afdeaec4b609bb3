using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>The border that Amazon's JSON services share: a signature over the whole request, and a clock that agrees.</summary>
internal sealed class FakeAws(string service, FakeTimeProvider time)
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string Token = "session-token";
    public const string Region = "eu-central-1";

    /// <summary>Which clock signatures are checked against; the vendor's SDK always signs by the machine's.</summary>
    public TimeProvider SigningClock { get; init; } = time;

    public FakeTimeProvider Time { get; } = time;

    /// <summary>Actions that the caller's policy does not hold.</summary>
    public HashSet<string> Denied { get; } = [];

    public static Answer Fail(string code, string message = "", int status = 400) =>
        new(status, new JsonObject { ["__type"] = $"com.amazonaws#{code}", ["message"] = message });

    /// <summary>Null for a request that may pass; the operation's name is in <paramref name="operation"/>.</summary>
    public Answer? Check(Call call, out string operation)
    {
        operation = call.Header("x-amz-target").Split('.')[^1];
        if (call.Method != "POST" || call.Path != "/" || call.Header("content-type") != "application/x-amz-json-1.1")
        {
            return Fail("UnknownOperationException", status: 404);
        }

        if (CheckSignature(call) is { } refused)
        {
            return refused;
        }

        return Denied.Contains(operation)
            ? Fail("AccessDeniedException", $"User is not authorized to perform: {service}:{operation}")
            : null;
    }

    private Answer? CheckSignature(Call call)
    {
        var authorization = call.Header("Authorization");
        if (authorization.Length == 0)
        {
            return Fail("MissingAuthenticationTokenException", "Missing Authentication Token");
        }

        var parts = authorization["AWS4-HMAC-SHA256 ".Length..].Split(", ").ToDictionary(p => p.Split('=')[0], p => p[(p.IndexOf('=') + 1)..]);
        var stamp = call.Header("x-amz-date");
        var scope = $"{stamp[..8]}/{Region}/{service}/aws4_request";
        if (parts["Credential"] != $"{AccessKey}/{scope}" || call.Header("x-amz-security-token") != Token)
        {
            return Fail("UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        var signed = parts["SignedHeaders"].Split(';');
        string[] mustBeSigned = ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"];
        if (mustBeSigned.Except(signed).Any() || !signed.Order(StringComparer.Ordinal).SequenceEqual(signed))
        {
            return Fail("IncompleteSignatureException");
        }

        var headers = string.Concat(signed.Select(name => $"{name}:{call.Header(name).Trim()}\n"));
        var canonical = $"POST\n/\n\n{headers}\n{parts["SignedHeaders"]}\n{Hash(call.Bytes)}";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretKey), Hmac);
        if (Convert.ToHexStringLower(Hmac(key, text)) != parts["Signature"])
        {
            return Fail("InvalidSignatureException", "The request signature we calculated does not match the signature you provided.");
        }

        var at = DateTimeOffset.ParseExact(stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (SigningClock.GetUtcNow() - at).Duration() > TimeSpan.FromMinutes(5)
            ? Fail("InvalidSignatureException", $"Signature expired: {stamp} is now earlier than it may be.")
            : null;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
