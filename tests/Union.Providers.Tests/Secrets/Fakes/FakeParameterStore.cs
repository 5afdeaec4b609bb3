using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>AWS Systems Manager Parameter Store: names, sizes, versions and pages as its API reference states them.</summary>
internal sealed partial class FakeParameterStore(FakeAws aws)
{
    private const int Page = 3;

    private readonly SortedDictionary<string, Parameter> _parameters = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _parameters.Keys;

    public string RawValueOf(string name) => _parameters[name].Values[^1];

    public Answer Handle(Call call) => aws.Check(call, out var operation) ?? operation switch
    {
        "PutParameter" => Put(call.Json),
        "GetParameter" => Get(call.Json),
        "DescribeParameters" => Describe(call.Json),
        "DeleteParameter" => _parameters.Remove(call.Json["Name"]!.GetValue<string>())
            ? Answer.Ok() : FakeAws.Fail("ParameterNotFound"),
        _ => FakeAws.Fail("UnknownOperationException"),
    };

    private Answer Put(JsonObject body)
    {
        var name = body["Name"]!.GetValue<string>();
        var value = body["Value"]!.GetValue<string>();
        if (!NamePattern.IsMatch(name) || name.Length > 1011 || name.Split('/').Length > 16
            || body["Type"]!.GetValue<string>() != "SecureString" || value.Length == 0 || value.Contains("{{", StringComparison.Ordinal)
            || Encoding.UTF8.GetByteCount(value) > (body["Tier"]?.GetValue<string>() is "Intelligent-Tiering" ? 8192 : 4096))
        {
            return FakeAws.Fail("ValidationException");
        }

        var exists = _parameters.TryGetValue(name, out var parameter);
        if (exists && body["Overwrite"]?.GetValue<bool>() is not true)
        {
            return FakeAws.Fail("ParameterAlreadyExists");
        }

        parameter ??= _parameters[name] = new Parameter();
        parameter.Values.Add(value);
        parameter.Description = body["Description"]?.GetValue<string>() ?? parameter.Description;
        parameter.Modified = aws.Time.GetUtcNow();
        return Answer.Ok(new JsonObject { ["Version"] = parameter.Values.Count, ["Tier"] = "Standard" });
    }

    private Answer Get(JsonObject body)
    {
        var parts = body["Name"]!.GetValue<string>().Split(':');
        if (!_parameters.TryGetValue(parts[0], out var parameter))
        {
            return FakeAws.Fail("ParameterNotFound");
        }

        var version = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : parameter.Values.Count;
        if (version < 1 || version > parameter.Values.Count)
        {
            return FakeAws.Fail("ParameterVersionNotFound");
        }

        var isPlain = body["WithDecryption"]?.GetValue<bool>() is true;
        return Answer.Ok(new JsonObject
        {
            ["Parameter"] = new JsonObject
            {
                ["Name"] = parts[0],
                ["Type"] = "SecureString",
                ["Value"] = isPlain ? parameter.Values[version - 1] : "AQICAHgsealed",
                ["Version"] = version,
            },
        });
    }

    private Answer Describe(JsonObject body)
    {
        var filter = body["ParameterFilters"]!.AsArray().Single()!;
        var value = filter["Values"]!.AsArray().Single()!.GetValue<string>();
        Func<string, bool> fits = (filter["Key"]!.GetValue<string>(), filter["Option"]!.GetValue<string>()) switch
        {
            ("Path", "Recursive") => name => name.StartsWith(value + "/", StringComparison.Ordinal),
            ("Name", "Equals") => name => name == value,
            _ => _ => false,
        };
        var from = int.Parse(body["NextToken"]?.GetValue<string>() ?? "0", CultureInfo.InvariantCulture);
        var found = _parameters.Where(p => fits(p.Key)).ToList();
        var page = found.Skip(from).Take(Page).Select(p => (JsonNode)new JsonObject
        {
            ["Name"] = p.Key,
            ["Description"] = p.Value.Description,
            ["LastModifiedDate"] = p.Value.Modified.ToUnixTimeMilliseconds() / 1000.0,
            ["Version"] = p.Value.Values.Count,
        });
        var answer = new JsonObject { ["Parameters"] = new JsonArray([.. page]) };
        if (from + Page < found.Count)
        {
            answer["NextToken"] = (from + Page).ToString(CultureInfo.InvariantCulture);
        }

        return Answer.Ok(answer);
    }

    [GeneratedRegex("^(/[a-zA-Z0-9_.-]+)+$")]
    private static partial Regex NamePattern { get; }

    private sealed class Parameter
    {
        public List<string> Values { get; } = [];

        public string? Description { get; set; }

        public DateTimeOffset Modified { get; set; }
    }
}
