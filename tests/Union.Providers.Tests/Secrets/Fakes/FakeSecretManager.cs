using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>Google Secret Manager v1, over REST: bearer token, ids, payload checksums, versions and pages.</summary>
internal sealed partial class FakeSecretManager(FakeTimeProvider time)
{
    public const string Project = "acme-prod";
    public const string Token = "ya29.token";
    private const string Root = $"/v1/projects/{Project}/secrets";
    private const int Page = 3;

    private readonly SortedDictionary<string, Secret> _secrets = new(StringComparer.Ordinal);

    /// <summary>Permissions that the caller's roles do not hold.</summary>
    public HashSet<string> Denied { get; } = [];

    public IEnumerable<string> Ids => _secrets.Keys;

    public void DestroyVersions(string id) => _secrets[id].Versions.ForEach(v => v["destroyed"] = true);

    public void DamageChecksum(string id) => _secrets[id].Versions[^1]["dataCrc32c"] = "1";

    public Answer Handle(Call call)
    {
        if (call.Header("Authorization") != $"Bearer {Token}")
        {
            return Fail(401, "UNAUTHENTICATED");
        }

        if (!call.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return Fail(404, "NOT_FOUND");
        }

        var rest = call.Path[Root.Length..].TrimStart('/');
        var id = rest.Split('/', ':')[0];
        return (call.Method, rest[id.Length..]) switch
        {
            ("POST", "") => Allowed("secrets.create") ?? Create(call),
            ("GET", "") when id.Length > 0 => Allowed("secrets.get") ?? Get(id),
            ("GET", "") => Allowed("secrets.list") ?? List(call),
            ("DELETE", "") => Allowed("secrets.delete") ?? (_secrets.Remove(id) ? Answer.Ok() : Fail(404, "NOT_FOUND")),
            ("POST", ":addVersion") => Allowed("versions.add") ?? Add(id, call.Json),
            ("GET", var tail) when tail.StartsWith("/versions/", StringComparison.Ordinal) && tail.EndsWith(":access", StringComparison.Ordinal) =>
                Allowed("versions.access") ?? Access(id, tail["/versions/".Length..^":access".Length]),
            _ => Fail(404, "NOT_FOUND"),
        };
    }

    public static Answer Fail(int code, string status) => new(code, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["status"] = status, ["message"] = "refused" },
    });

    private Answer? Allowed(string permission) =>
        Denied.Contains($"secretmanager.{permission}") ? Fail(403, "PERMISSION_DENIED") : null;

    private Answer Create(Call call)
    {
        var id = call.Parameter("secretId")!;
        if (!IdPattern.IsMatch(id) || call.Json["replication"]?["automatic"] is null)
        {
            return Fail(400, "INVALID_ARGUMENT");
        }

        return _secrets.TryAdd(id, new Secret(time.GetUtcNow(), call.Json["annotations"]!.DeepClone()))
            ? Answer.Ok(new JsonObject { ["name"] = $"projects/1/secrets/{id}" })
            : Fail(409, "ALREADY_EXISTS");
    }

    private Answer Add(string id, JsonObject body)
    {
        if (!_secrets.TryGetValue(id, out var secret))
        {
            return Fail(404, "NOT_FOUND");
        }

        var payload = body["payload"]!.AsObject();
        var data = Convert.FromBase64String(payload["data"]!.GetValue<string>());
        if (data.Length > 65_536 || payload["dataCrc32c"]!.GetValue<string>() != Crc32C(data))
        {
            return Fail(400, "INVALID_ARGUMENT");
        }

        secret.Versions.Add((JsonObject)payload.DeepClone());
        return Answer.Ok(new JsonObject { ["name"] = $"projects/1/secrets/{id}/versions/{secret.Versions.Count}" });
    }

    private Answer Access(string id, string version)
    {
        if (!_secrets.TryGetValue(id, out var secret))
        {
            return Fail(404, "NOT_FOUND");
        }

        var number = version == "latest" ? secret.Versions.Count : int.Parse(version, CultureInfo.InvariantCulture);
        if (number < 1 || number > secret.Versions.Count)
        {
            return Fail(404, "NOT_FOUND");
        }

        var payload = secret.Versions[number - 1];
        return payload.ContainsKey("destroyed")
            ? Fail(400, "FAILED_PRECONDITION")
            : Answer.Ok(new JsonObject { ["name"] = $"projects/1/secrets/{id}/versions/{number}", ["payload"] = payload.DeepClone() });
    }

    private Answer Get(string id) => _secrets.TryGetValue(id, out var secret)
        ? Answer.Ok(new JsonObject
        {
            ["name"] = $"projects/1/secrets/{id}",
            ["createTime"] = secret.Created.ToString("O", CultureInfo.InvariantCulture),
            ["annotations"] = secret.Annotations.DeepClone(),
        })
        : Fail(404, "NOT_FOUND");

    private Answer List(Call call)
    {
        var filter = call.Parameter("filter")!["name:".Length..];
        var from = int.Parse(call.Parameter("pageToken") is { Length: > 0 } t ? t : "0", CultureInfo.InvariantCulture);
        var found = _secrets.Where(s => s.Key.Contains(filter, StringComparison.Ordinal)).ToList();
        var page = found.Skip(from).Take(Page).Select(s => (JsonNode)new JsonObject
        {
            ["name"] = $"projects/1/secrets/{s.Key}",
            ["createTime"] = s.Value.Created.ToString("O", CultureInfo.InvariantCulture),
            ["annotations"] = s.Value.Annotations.DeepClone(),
        });
        var answer = new JsonObject { ["secrets"] = new JsonArray([.. page]) };
        if (from + Page < found.Count)
        {
            answer["nextPageToken"] = (from + Page).ToString(CultureInfo.InvariantCulture);
        }

        return Answer.Ok(answer);
    }

    // Bit by bit, so that it shares nothing with what it checks.
    private static string Crc32C(byte[] data)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
            }
        }

        return (~crc).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,255}$")]
    private static partial Regex IdPattern { get; }

    private sealed record Secret(DateTimeOffset Created, JsonNode Annotations)
    {
        public List<JsonObject> Versions { get; } = [];
    }
}
