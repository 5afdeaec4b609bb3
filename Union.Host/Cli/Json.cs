using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Authoring;

namespace Union.Host.Cli;

/// <summary>
/// The shapes of <c>--output json</c>, as docs/output.md lists them. Everything beyond ASCII is escaped, so a document is
/// safe to print.
/// </summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Default };

    public static void WriteDocument(CliContext context, JsonNode document) =>
        context.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>One object a line, for commands that go on.</summary>
    public static void WriteLine(CliContext context, JsonObject line)
    {
        context.Out.WriteLine(line.ToJsonString());
        context.Out.Flush();
    }

    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    public static JsonObject Of(Flyteidl2.Workflow.Action action) => Of(action.Id, action.Metadata, action.Status);

    public static JsonObject Of(ActionDetails details)
    {
        var json = Of(details.Id, details.Metadata, details.Status);
        json["error"] = Of(details.ErrorInfo);
        json["abortReason"] = details.AbortInfo?.Reason;
        return json;
    }

    public static JsonObject? Of(ErrorInfo? error) => error is null
        ? null
        : new JsonObject { ["kind"] = error.Kind.ToString(), ["message"] = error.Message };

    public static JsonArray Of(IEnumerable<NamedLiteral> values) => Array(values.Select(value => new JsonObject
    {
        ["name"] = value.Name,
        ["value"] = ValueOf(value.Value),
        ["uri"] = value.Value?.Scalar?.Blob?.Uri,
    }));

    public static string? Of(Timestamp? instant) =>
        instant is null ? null : JsonFormatter.Default.Format(instant).Trim('"');

    private static JsonObject Of(ActionIdentifier? id, ActionMetadata? metadata, ActionStatus? status) => new()
    {
        ["project"] = id?.Run?.Project,
        ["domain"] = id?.Run?.Domain,
        ["run"] = id?.Run?.Name,
        ["action"] = id?.Name,
        ["parent"] = NullIfEmpty(metadata?.Parent),
        ["group"] = NullIfEmpty(metadata?.Group),
        ["task"] = NullIfEmpty(metadata?.Task?.Id?.Name) ?? NullIfEmpty(metadata?.Task?.ShortName),
        ["phase"] = Phases.NameOf(status?.Phase ?? ActionPhase.Unspecified),
        ["cache"] = Phases.NameOf(status?.CacheStatus ?? CatalogCacheStatus.CacheDisabled),
        ["attempts"] = status?.Attempts ?? 0,
        ["startTime"] = Of(status?.StartTime),
        ["endTime"] = Of(status?.EndTime),
    };

    private static JsonNode? ValueOf(Literal? literal) => literal?.Scalar switch
    {
        { Primitive: { } primitive } => primitive.ValueCase switch
        {
            Primitive.ValueOneofCase.Integer => JsonValue.Create(primitive.Integer),
            Primitive.ValueOneofCase.Boolean => JsonValue.Create(primitive.Boolean),
            Primitive.ValueOneofCase.FloatValue when double.IsFinite(primitive.FloatValue) =>
                JsonValue.Create(primitive.FloatValue),
            _ => JsonValue.Create(LiteralText.Format(literal)),
        },
        { Generic: { } generic } => JsonNode.Parse(JsonFormatter.Default.Format(generic)),
        _ => null,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
