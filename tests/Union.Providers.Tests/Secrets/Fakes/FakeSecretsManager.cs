using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>AWS Secrets Manager: names, sizes, versions, deletion windows and pages as its API reference states them.</summary>
internal sealed partial class FakeSecretsManager(FakeAws aws)
{
    private const int Page = 3;

    private readonly SortedDictionary<string, Secret> _secrets = new(StringComparer.Ordinal);

    /// <summary>As an operator deletes: with a window in which the name stays taken.</summary>
    public void ScheduleDeletion(string name) => _secrets[name].IsDeleted = true;

    /// <summary>As an operator creates: text, by the vendor's own tool.</summary>
    public void Create(string name, string text) => _secrets[name] = new Secret(aws.Time.GetUtcNow())
    {
        Versions = { (Guid.CreateVersion7().ToString(), text, null) },
    };

    public Answer Handle(Call call) => aws.Check(call, out var operation) ?? operation switch
    {
        "CreateSecret" => Create(call.Json),
        "PutSecretValue" => With(call.Json, secret => Add(secret, call.Json)),
        "GetSecretValue" => With(call.Json, secret => Get(secret, call.Json)),
        "DeleteSecret" => With(call.Json, secret => Delete(secret, call.Json)),
        "DescribeSecret" => Describe(call.Json),
        "ListSecrets" => List(call.Json),
        _ => FakeAws.Fail("UnknownOperationException"),
    };

    private Answer Create(JsonObject body)
    {
        var name = body["Name"]!.GetValue<string>();
        if (!NamePattern.IsMatch(name) || name.Length > 512)
        {
            return FakeAws.Fail("ValidationException");
        }

        if (_secrets.TryGetValue(name, out var old))
        {
            return old.IsDeleted
                ? FakeAws.Fail("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
                : FakeAws.Fail("ResourceExistsException");
        }

        var secret = new Secret(aws.Time.GetUtcNow());
        var answer = Add(secret, body);
        if (answer.Status == 200)
        {
            _secrets[name] = secret;
        }

        return answer;
    }

    private Answer With(JsonObject body, Func<Secret, Answer> handle) =>
        !_secrets.TryGetValue(body["SecretId"]!.GetValue<string>(), out var secret)
            ? FakeAws.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
            : secret.IsDeleted ? FakeAws.Fail("InvalidRequestException", "The secret was marked for deletion.") : handle(secret);

    private static Answer Add(Secret secret, JsonObject body)
    {
        var text = body["SecretString"]?.GetValue<string>();
        var binary = body["SecretBinary"]?.GetValue<string>();
        var token = body["ClientRequestToken"]!.GetValue<string>();
        var size = text is not null ? Encoding.UTF8.GetByteCount(text) : Convert.FromBase64String(binary ?? "").Length;
        if (text is null == binary is null || size is 0 or > 65_536 || token.Length is < 32 or > 64)
        {
            return FakeAws.Fail("ValidationException");
        }

        secret.Versions.Add((token, text, binary));
        return Answer.Ok(new JsonObject { ["VersionId"] = token });
    }

    private static Answer Get(Secret secret, JsonObject body)
    {
        var id = body["VersionId"]?.GetValue<string>();
        if (id is { Length: < 32 or > 64 })
        {
            return FakeAws.Fail("ValidationException");
        }

        var index = id is null ? secret.Versions.Count - 1 : secret.Versions.FindIndex(v => v.Id == id);
        return index < 0
            ? FakeAws.Fail("ResourceNotFoundException")
            : Answer.Ok(new JsonObject
            {
                ["VersionId"] = secret.Versions[index].Id,
                ["SecretString"] = secret.Versions[index].Text,
                ["SecretBinary"] = secret.Versions[index].Binary,
            });
    }

    // Also of one that waits for its deletion, which it then says.
    private Answer Describe(JsonObject body)
    {
        var name = body["SecretId"]!.GetValue<string>();
        if (!_secrets.TryGetValue(name, out var secret))
        {
            return FakeAws.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        }

        var answer = new JsonObject { ["Name"] = name, ["CreatedDate"] = secret.Created.ToUnixTimeMilliseconds() / 1000m };
        if (secret.IsDeleted)
        {
            answer["DeletedDate"] = aws.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000m;
        }

        return Answer.Ok(answer);
    }

    private Answer Delete(Secret secret, JsonObject body)
    {
        if (body["ForceDeleteWithoutRecovery"]?.GetValue<bool>() is not true)
        {
            secret.IsDeleted = true;
            return Answer.Ok();
        }

        _secrets.Remove(_secrets.Single(s => s.Value == secret).Key);
        return Answer.Ok();
    }

    private Answer List(JsonObject body)
    {
        var prefix = body["Filters"]![0]!["Values"]![0]!.GetValue<string>();
        var from = int.Parse(body["NextToken"]?.GetValue<string>() ?? "0", CultureInfo.InvariantCulture);
        var found = _secrets.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal) && !s.Value.IsDeleted).ToList();
        var page = found.Skip(from).Take(Page).Select(s => (JsonNode)new JsonObject
        {
            ["Name"] = s.Key,
            ["CreatedDate"] = s.Value.Created.ToUnixTimeMilliseconds() / 1000m,
        });
        var answer = new JsonObject { ["SecretList"] = new JsonArray([.. page]) };
        if (from + Page < found.Count)
        {
            answer["NextToken"] = (from + Page).ToString(CultureInfo.InvariantCulture);
        }

        return Answer.Ok(answer);
    }

    [GeneratedRegex("^[a-zA-Z0-9/_+=.@-]+$")]
    private static partial Regex NamePattern { get; }

    private sealed class Secret(DateTimeOffset created)
    {
        public DateTimeOffset Created { get; } = created;

        public bool IsDeleted { get; set; }

        public List<(string Id, string? Text, string? Binary)> Versions { get; } = [];
    }
}
