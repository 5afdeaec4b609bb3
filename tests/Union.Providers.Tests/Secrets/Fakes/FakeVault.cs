using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>
/// Vault and OpenBao: logins with leases, and a KV engine of version 2 with check-and-set, soft delete, metadata and
/// listing folder by folder.
/// </summary>
internal sealed class FakeVault(FakeTimeProvider time)
{
    public const string RootToken = "hvs.root";
    public const string Jwt = "eyJ.pod.token";
    public const string RoleId = "role-1";
    public const string SecretId = "secret-id-1";
    private const string Mount = "/v1/secret/";

    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _tokens = [];
    private int _logins;

    /// <summary>Capabilities that the token's policy does not hold, such as <c>create</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    public int Logins => _logins;

    public string? Namespace { get; set; }

    public IEnumerable<string> Paths => _entries.Keys;

    public void RevokeTokens() => _tokens.Clear();

    public void SoftDelete(string path) => _entries[path].Versions[^1].IsDeleted = true;

    public Answer Handle(Call call)
    {
        if (call.Header("X-Vault-Namespace") != (Namespace ?? ""))
        {
            return Fail(404, "no handler for route");
        }

        if (call.Path.StartsWith("/v1/auth/", StringComparison.Ordinal))
        {
            return LogIn(call);
        }

        var token = call.Header("X-Vault-Token");
        if (token != RootToken && !(_tokens.TryGetValue(token, out var ends) && time.GetUtcNow() < ends))
        {
            return Fail(403, "2 errors occurred: permission denied, invalid token");
        }

        if (!call.Path.StartsWith(Mount, StringComparison.Ordinal))
        {
            return Fail(404, $"no handler for route \"{call.Path}\". route entry not found.");
        }

        var path = call.Path[Mount.Length..];
        var isData = path.StartsWith("data/", StringComparison.Ordinal);
        var name = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return (call.Method, isData) switch
        {
            ("POST", true) => Allowed(_entries.ContainsKey(name) ? "update" : "create") ?? Write(name, call.Json),
            ("GET", true) => Allowed("read") ?? Read(name, call.Parameter("version")),
            ("GET", false) => Allowed("read") ?? Metadata(name),
            ("LIST", false) => Allowed("list") ?? List(name),
            ("DELETE", false) => Allowed("delete") ?? Delete(name),
            _ => Fail(405, "unsupported operation"),
        };
    }

    private static Answer Fail(int status, params string[] errors) =>
        new(status, new JsonObject { ["errors"] = new JsonArray([.. errors.Select(e => (JsonNode)e)]) });

    private Answer? Allowed(string capability) =>
        Denied.Contains(capability) ? Fail(403, "1 error occurred:\n\t* permission denied\n\n") : null;

    private Answer LogIn(Call call)
    {
        var accepted = call.Path switch
        {
            "/v1/auth/kubernetes/login" => call.Json["jwt"]!.GetValue<string>() == Jwt && call.Json["role"]!.GetValue<string>() == "union",
            "/v1/auth/approle/login" => call.Json["role_id"]!.GetValue<string>() == RoleId && call.Json["secret_id"]!.GetValue<string>() == SecretId,
            _ => (bool?)null,
        };
        if (accepted is not true)
        {
            return accepted is null ? Fail(404, "no handler for route") : Fail(400, "invalid role or secret ID");
        }

        var token = $"hvs.{++_logins}";
        _tokens[token] = time.GetUtcNow().AddHours(1);
        return Answer.Ok(new JsonObject
        {
            ["auth"] = new JsonObject { ["client_token"] = token, ["lease_duration"] = 3600, ["renewable"] = true },
        });
    }

    private Answer Write(string path, JsonObject body)
    {
        var exists = _entries.TryGetValue(path, out var entry);
        if (body["options"]?["cas"] is { } cas && cas.GetValue<long>() != (exists ? entry!.Versions.Count : 0))
        {
            return Fail(400, "check-and-set parameter did not match the current version");
        }

        entry ??= _entries[path] = new Entry(time.GetUtcNow());
        entry.Versions.Add(new Version(body["data"]!.DeepClone()));
        return Answer.Ok(new JsonObject { ["data"] = new JsonObject { ["version"] = entry.Versions.Count } });
    }

    private Answer Read(string path, string? version)
    {
        if (!_entries.TryGetValue(path, out var entry))
        {
            return Fail(404);
        }

        var number = version is null ? entry.Versions.Count : int.Parse(version, CultureInfo.InvariantCulture);
        if (number < 1 || number > entry.Versions.Count)
        {
            return Fail(404);
        }

        var found = entry.Versions[number - 1];
        var data = new JsonObject
        {
            ["data"] = found.IsDeleted ? null : found.Data.DeepClone(),
            ["metadata"] = new JsonObject { ["version"] = number },
        };
        return new Answer(found.IsDeleted ? 404 : 200, new JsonObject { ["data"] = data });
    }

    private Answer Metadata(string path) => !_entries.TryGetValue(path, out var entry)
        ? Fail(404)
        : Answer.Ok(new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["created_time"] = entry.Created.ToString("O", CultureInfo.InvariantCulture),
                ["current_version"] = entry.Versions.Count,
                ["versions"] = new JsonObject(entry.Versions.Select((v, i) => KeyValuePair.Create(
                    $"{i + 1}", (JsonNode?)new JsonObject
                    {
                        ["deletion_time"] = v.IsDeleted ? "2026-03-01T12:00:00Z" : "",
                        ["destroyed"] = false,
                    }))),
            },
        });

    private Answer List(string folder)
    {
        var below = _entries.Keys.Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal)).Select(p => p[(folder.Length + 1)..]);
        var keys = below.Select(p => p.Contains('/', StringComparison.Ordinal) ? p[..(p.IndexOf('/', StringComparison.Ordinal) + 1)] : p)
            .Distinct().Select(k => (JsonNode)k).ToArray();
        return keys.Length == 0 ? Fail(404) : Answer.Ok(new JsonObject { ["data"] = new JsonObject { ["keys"] = new JsonArray(keys) } });
    }

    private Answer Delete(string path)
    {
        _entries.Remove(path);
        return new Answer(204);
    }

    private sealed record Entry(DateTimeOffset Created)
    {
        public List<Version> Versions { get; } = [];
    }

    private sealed class Version(JsonNode data)
    {
        public JsonNode Data { get; } = data;

        public bool IsDeleted { get; set; }
    }
}
