using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>
/// Azure Key Vault: token challenge, api-version, names that know no capitals, versions, and soft delete that keeps a
/// name taken until the secret is recovered.
/// </summary>
internal sealed partial class FakeKeyVault(FakeTimeProvider time)
{
    public const string Token = "eyJ.key-vault.token";
    private const int Page = 3;

    private readonly SortedDictionary<string, List<JsonObject>> _secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<JsonObject>> _deleted = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Denied { get; } = [];

    public string Url { get; set; } = "";

    public IEnumerable<string> Names => _secrets.Keys;

    public Answer Handle(Call call)
    {
        if (call.Header("Authorization") != $"Bearer {Token}")
        {
            var challenge = Fail(401, "Unauthorized");
            challenge.Headers["WWW-Authenticate"] =
                "Bearer authorization=\"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111\", "
                + "resource=\"https://vault.azure.net\"";
            return challenge;
        }

        if (call.Parameter("api-version") is not { Length: > 0 })
        {
            return Fail(400, "BadParameter");
        }

        var parts = call.Path.Trim('/').Split('/');
        if (parts.Length > 1 && !NamePattern.IsMatch(parts[1]))
        {
            return Fail(400, "BadParameter");
        }

        return (call.Method, parts) switch
        {
            ("PUT", ["secrets", var name]) => Allowed("set") ?? Set(name, call.Json),
            ("GET", ["secrets"]) => Allowed("list") ?? List(call),
            ("GET", ["secrets", var name]) => Allowed("get") ?? Get(name, null),
            ("GET", ["secrets", var name, var version]) => Allowed("get") ?? Get(name, version),
            ("DELETE", ["secrets", var name]) => Allowed("delete") ?? Delete(name),
            ("POST", ["deletedsecrets", var name, "recover"]) => Allowed("recover") ?? Recover(name),
            _ => Fail(404, "NotFound"),
        };
    }

    private static Answer Fail(int status, string code, string? inner = null) => new(status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = "refused",
            ["innererror"] = inner is null ? null : new JsonObject { ["code"] = inner },
        },
    });

    private Answer? Allowed(string permission) =>
        Denied.Contains(permission) ? Fail(403, "Forbidden", "ForbiddenByRbac") : null;

    private Answer Set(string name, JsonObject body)
    {
        if (_deleted.ContainsKey(name))
        {
            return Fail(409, "Conflict", "ObjectIsDeletedButRecoverable");
        }

        var value = body["value"]!.GetValue<string>();
        var tags = body["tags"]?.AsObject() ?? [];
        if (value.Length > 25_000 || tags.Count > 15 || tags.Any(t => t.Value!.GetValue<string>().Length > 256))
        {
            return Fail(400, "BadParameter");
        }

        if (!_secrets.TryGetValue(name, out var versions))
        {
            versions = _secrets[name] = [];
        }

        var version = Guid.CreateVersion7().ToString("n");
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        versions.Add(new JsonObject
        {
            ["id"] = $"{Url}/secrets/{name}/{version}",
            ["value"] = value,
            ["contentType"] = body["contentType"]?.GetValue<string>(),
            ["attributes"] = new JsonObject { ["enabled"] = true, ["created"] = seconds, ["updated"] = seconds },
            ["tags"] = tags.DeepClone(),
        });
        return Answer.Ok(versions[^1].DeepClone());
    }

    private Answer Get(string name, string? version)
    {
        if (version is not null && (version.Length != 32 || !version.All(char.IsAsciiHexDigit)))
        {
            return Fail(400, "BadParameter");
        }

        var found = _secrets.TryGetValue(name, out var versions)
            ? versions.LastOrDefault(v => version is null || v["id"]!.GetValue<string>().EndsWith(version, StringComparison.Ordinal))
            : null;
        return found is null ? Fail(404, "SecretNotFound") : Answer.Ok(found.DeepClone());
    }

    private Answer Delete(string name)
    {
        if (!_secrets.Remove(name, out var versions))
        {
            return Fail(404, "SecretNotFound");
        }

        _deleted[name] = versions;
        var bundle = (JsonObject)versions[^1].DeepClone();
        bundle.Remove("value");
        bundle["recoveryId"] = $"{Url}/deletedsecrets/{name}";
        return Answer.Ok(bundle);
    }

    private Answer Recover(string name)
    {
        if (!_deleted.Remove(name, out var versions))
        {
            return Fail(404, "SecretNotFound");
        }

        _secrets[name] = versions;
        var bundle = (JsonObject)versions[^1].DeepClone();
        bundle.Remove("value");
        return Answer.Ok(bundle);
    }

    private Answer List(Call call)
    {
        var from = int.Parse(call.Parameter("$skiptoken") is { Length: > 0 } t ? t : "0", CultureInfo.InvariantCulture);
        var page = _secrets.Skip(from).Take(Page).Select(s =>
        {
            var item = (JsonObject)s.Value[^1].DeepClone();
            item.Remove("value");
            item["id"] = $"{Url}/secrets/{s.Key}";
            return (JsonNode)item;
        });
        var answer = new JsonObject { ["value"] = new JsonArray([.. page]) };
        if (from + Page < _secrets.Count)
        {
            answer["nextLink"] = $"{Url}/secrets?api-version={call.Parameter("api-version")}&$skiptoken={from + Page}";
        }

        return Answer.Ok(answer);
    }

    [GeneratedRegex("^[0-9a-zA-Z-]{1,127}$")]
    private static partial Regex NamePattern { get; }
}
