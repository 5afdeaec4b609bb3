using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Union.Testing.Servers;

/// <summary>
/// As much of Google Cloud Storage's XML API as a store needs, on loopback, since Google has no server to run. It takes
/// a bearer token, or a V4 signature that <see cref="Goog4Verifier"/> checks in full, and keeps every precondition.
/// </summary>
public sealed class CloudStorageServer : IAsyncDisposable
{
    public const string Bucket = "some-bucket";
    public const string Token = "token-of-the-cluster";
    public const string Account = "signer@throw-away.iam.gserviceaccount.com";
    public const int PageSize = 50;

    /// <summary>A key that the service's own account may not use.</summary>
    public const string RefusedKey = "projects/p/locations/l/keyRings/r/cryptoKeys/refused";

    private readonly ConcurrentDictionary<string, Kept> _objects = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly Goog4Verifier _verifier;
    private long _generation;

    private CloudStorageServer(WebApplication app, RSA key)
    {
        _app = app;
        _verifier = new Goog4Verifier(key, Account, Time);
        app.Run(AnswerAsync);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public string Endpoint => _app.Urls.Single();

    /// <summary>Answers everything with this status and code, where it is set.</summary>
    public (int Status, string Code)? Refusal { get; set; }

    /// <param name="key">Whose signatures it takes.</param>
    public static async Task<CloudStorageServer> StartAsync(RSA key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new CloudStorageServer(builder.Build(), key);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var isSigned = target.Contains("X-Goog-Signature=", StringComparison.Ordinal);
        var refusal = Refusal ?? (isSigned
            ? _verifier.Refuse(context.Request, target)
            : context.Request.Headers.Authorization == "Bearer " + Token ? null : (401, "AuthenticationRequired"));
        var path = Uri.UnescapeDataString(target.Split('?')[0])[1..].Split('/', 2);
        refusal ??= path[0] == Bucket ? null : (404, "NoSuchBucket");
        if (refusal is { } no)
        {
            await RefuseAsync(context, no.Item1, no.Item2);
        }
        else if (path.Length == 1 || path[1].Length == 0)
        {
            await (context.Request.QueryString.Value == "?location"
                ? context.Response.WriteAsync("<?xml version='1.0'?><LocationConstraint>EUROPE-WEST3</LocationConstraint>")
                : ListAsync(context));
        }
        else
        {
            await AnswerAsync(context, path[1]);
        }
    }

    private Task AnswerAsync(HttpContext context, string key) => context.Request.Method switch
    {
        "PUT" => PutAsync(context, key),
        "DELETE" => _objects.TryRemove(key, out _) ? EndAsync(context, 204) : RefuseAsync(context, 404, "NoSuchKey"),
        "GET" or "HEAD" => ReadAsync(context, key),
        _ => RefuseAsync(context, 405, "MethodNotAllowed"),
    };

    private async Task PutAsync(HttpContext context, string key)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var content = body.ToArray();
#pragma warning disable CA5351 // The wire's Content-MD5.
        var md5 = Convert.ToBase64String(MD5.HashData(content));
#pragma warning restore CA5351
        var headers = context.Request.Headers;
        if (headers.TryGetValue("Content-MD5", out var promised) && promised != md5)
        {
            await RefuseAsync(context, 400, "BadDigest");
            return;
        }

        if (headers.TryGetValue("x-goog-content-length-range", out var range)
            && range.ToString().Split(',').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray() is var ends
            && (content.Length < ends[0] || content.Length > ends[1]))
        {
            await RefuseAsync(context, 400, content.Length > ends[1] ? "EntityTooLarge" : "EntityTooSmall");
            return;
        }

        var encryption = headers["x-goog-encryption-kms-key-name"].FirstOrDefault();
        if (encryption == RefusedKey)
        {
            await RefuseAsync(context, 403, "AccessDenied", "Permission denied on Cloud KMS key.");
            return;
        }

        var kept = new Kept(content, Interlocked.Increment(ref _generation), Time.GetUtcNow(), encryption);
        if (headers["x-goog-if-generation-match"] == "0" ? !_objects.TryAdd(key, kept) : (_objects[key] = kept) is null)
        {
            await RefuseAsync(context, 412, "PreconditionFailed");
            return;
        }

        context.Response.Headers["x-goog-hash"] = "md5=" + md5;
        await EndAsync(context, 200);
    }

    private async Task ReadAsync(HttpContext context, string key)
    {
        if (!_objects.TryGetValue(key, out var kept))
        {
            await RefuseAsync(context, 404, "NoSuchKey");
            return;
        }

        var range = context.Request.Headers.Range.ToString();
        var from = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        if (from > 0 && from >= kept.Content.Length)
        {
            await RefuseAsync(context, 416, "InvalidRange");
            return;
        }

        var query = context.Request.Query;
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentType = query["response-content-type"].FirstOrDefault() ?? "application/octet-stream";
        if (query["response-content-disposition"].FirstOrDefault() is { } disposition)
        {
            context.Response.Headers.ContentDisposition = disposition;
        }

        if (kept.Encryption is { } encryption)
        {
            context.Response.Headers["x-goog-encryption-kms-key-name"] = encryption + "/cryptoKeyVersions/7";
        }

        context.Response.Headers.ETag = kept.Tag;
        context.Response.Headers.LastModified = kept.Modified.ToString("R", CultureInfo.InvariantCulture);
        context.Response.ContentLength = kept.Content.Length - from;
        if (context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(kept.Content.AsMemory(from));
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = query["continuation-token"].ToString();
        var found = _objects.Where(o => o.Key.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal)
                && string.CompareOrdinal(o.Key, after) > 0)
            .OrderBy(o => o.Key, StringComparer.Ordinal).Take(PageSize + 1).ToList();
        var page = found.Take(PageSize).ToList();
        XNamespace space = "http://doc.s3.amazonaws.com/2006-03-01";
        var list = new XElement(space + "ListBucketResult", page.Select(o => new XElement(
            space + "Contents", new XElement(space + "Key", o.Key), new XElement(space + "Size", o.Value.Content.Length),
            new XElement(space + "ETag", o.Value.Tag), new XElement(space + "LastModified", o.Value.Modified.ToString("O")))));
        if (found.Count > PageSize)
        {
            list.Add(new XElement(space + "NextContinuationToken", page[^1].Key));
        }

        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(list.ToString(SaveOptions.DisableFormatting));
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string details = "")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Request.Method == "HEAD"
            ? Task.CompletedTask
            : context.Response.WriteAsync($"<?xml version='1.0'?><Error><Code>{code}</Code><Details>{details}</Details></Error>");
    }

    private static Task EndAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private sealed record Kept(byte[] Content, long Generation, DateTimeOffset Modified, string? Encryption)
    {
        public string Tag => string.Create(CultureInfo.InvariantCulture, $"\"{Generation}\"");
    }
}
