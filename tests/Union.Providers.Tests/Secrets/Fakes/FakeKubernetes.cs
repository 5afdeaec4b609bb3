using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>The Secrets of one namespace of a Kubernetes API server: token, RBAC, resource versions, selectors, pages.</summary>
internal sealed partial class FakeKubernetes(FakeTimeProvider time)
{
    public const string Namespace = "union-tasks";
    private const string Root = $"/api/v1/namespaces/{Namespace}/secrets";
    private const int Page = 3;

    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private int _version = 100;

    public string Token { get; set; } = "eyJ.first";

    public HashSet<string> Denied { get; } = [];

    public IEnumerable<string> Names => _objects.Keys;

    /// <summary>Writes to the object between the next read and the next write of it.</summary>
    public bool InterferesOnce { get; set; }

    public void Annotate(string name, string annotation, string value) =>
        _objects[name]["metadata"]!["annotations"]![annotation] = value;

    public Answer Handle(Call call)
    {
        if (call.Header("Authorization") != $"Bearer {Token}")
        {
            return Fail(401, "Unauthorized");
        }

        if (!call.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return Fail(404, "NotFound");
        }

        var name = call.Path[Root.Length..].TrimStart('/');
        return (call.Method, name) switch
        {
            ("POST", "") => Allowed("create") ?? Create(call.Json),
            ("GET", "") => Allowed("list") ?? List(call),
            ("GET", _) => Allowed("get") ?? (_objects.TryGetValue(name, out var found) ? Answer.Ok(found.DeepClone()) : Fail(404, "NotFound")),
            ("PUT", _) => Allowed("update") ?? Update(name, call.Json),
            ("DELETE", _) => Allowed("delete") ?? (_objects.Remove(name) ? Answer.Ok() : Fail(404, "NotFound")),
            _ => Fail(405, "MethodNotAllowed"),
        };
    }

    public static Answer Fail(int code, string reason) => new(code, new JsonObject
    {
        ["kind"] = "Status",
        ["status"] = "Failure",
        ["reason"] = reason,
        ["code"] = code,
    });

    private Answer? Allowed(string verb) => Denied.Contains(verb) ? Fail(403, "Forbidden") : null;

    private Answer Create(JsonObject body)
    {
        var name = body["metadata"]!["name"]!.GetValue<string>();
        if (!IsValid(body))
        {
            return Fail(422, "Invalid");
        }

        if (_objects.ContainsKey(name))
        {
            return Fail(409, "AlreadyExists");
        }

        body["metadata"]!["creationTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Answer.Ok(Keep(name, body)) with { Status = 201 };
    }

    private Answer Update(string name, JsonObject body)
    {
        if (!_objects.TryGetValue(name, out var old))
        {
            return Fail(404, "NotFound");
        }

        if (InterferesOnce)
        {
            InterferesOnce = false;
            Keep(name, old);
        }

        if (body["metadata"]!["resourceVersion"]!.GetValue<string>() != old["metadata"]!["resourceVersion"]!.GetValue<string>())
        {
            return Fail(409, "Conflict");
        }

        body["metadata"]!["creationTimestamp"] = old["metadata"]!["creationTimestamp"]!.DeepClone();
        return IsValid(body) ? Answer.Ok(Keep(name, body)) : Fail(422, "Invalid");
    }

    private Answer List(Call call)
    {
        if (!call.Header("Accept").Contains("PartialObjectMetadataList", StringComparison.Ordinal))
        {
            return Fail(406, "NotAcceptable");
        }

        var wanted = call.Parameter("labelSelector")!.Split(',').Select(l => l.Split('=')).ToList();
        var from = int.Parse(call.Parameter("continue") is { Length: > 0 } t ? t : "0", CultureInfo.InvariantCulture);
        var found = _objects.Values.Where(o => wanted.All(l => o["metadata"]!["labels"]?[l[0]]?.GetValue<string>() == l[1])).ToList();
        var items = found.Skip(from).Take(Page).Select(o => (JsonNode)new JsonObject { ["metadata"] = o["metadata"]!.DeepClone() });
        var metadata = new JsonObject();
        if (from + Page < found.Count)
        {
            metadata["continue"] = (from + Page).ToString(CultureInfo.InvariantCulture);
        }

        return Answer.Ok(new JsonObject { ["metadata"] = metadata, ["items"] = new JsonArray([.. items]) });
    }

    private JsonNode Keep(string name, JsonObject body)
    {
        body["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[name] = (JsonObject)body.DeepClone();
        return body.DeepClone();
    }

    private static bool IsValid(JsonObject body) =>
        NamePattern.IsMatch(body["metadata"]!["name"]!.GetValue<string>())
        && body["metadata"]!["labels"]!.AsObject().All(l => LabelPattern.IsMatch(l.Value!.GetValue<string>()))
        && body["data"]!.AsObject().Sum(d => Convert.FromBase64String(d.Value!.GetValue<string>()).Length) <= 1 << 20;

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelPattern { get; }
}
