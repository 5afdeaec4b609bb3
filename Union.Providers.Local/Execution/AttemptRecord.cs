using System.Text.Json;
using System.Text.Json.Serialization;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>What is needed of an attempt after its process, and ours, are gone. Never a secret.</summary>
/// <param name="OutputTypes">The output interface, a <c>VariableMap</c> in base64.</param>
/// <param name="Mask">Fingerprints of what must not reach a log.</param>
internal sealed record AttemptRecord(
    string Uid, long Fence, string OutputFolder, string OutputTypes, string Command, DateTimeOffset StartedAt,
    long TimeoutMilliseconds, long MemoryBytes, bool Sandboxed, IReadOnlyList<Fingerprint> Mask)
{
    /// <summary>How it ends is read differently; a record of an older version is of a raw task.</summary>
    public TaskKind Kind { get; init; }

    /// <summary>Its control group; null where it has none.</summary>
    public string? Group { get; init; }

    public static AttemptRecord? Read(AttemptFolder folder) =>
        Load(folder.Record) is { } json ? JsonSerializer.Deserialize(json, AttemptJson.Default.AttemptRecord) : null;

    public void Write(AttemptFolder folder) =>
        AttemptFolder.WriteWhole(folder.Record, JsonSerializer.SerializeToUtf8Bytes(this, AttemptJson.Default.AttemptRecord));

    internal static byte[]? Load(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}

/// <summary>A result that was reported once is reported again after a restart, word for word.</summary>
internal sealed record ResultRecord(
    AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset EndedAt, AttemptError? Error,
    string? Outputs, string? Report)
{
    public static AttemptResult? Read(AttemptFolder folder) =>
        AttemptRecord.Load(folder.Result) is { } json
            && JsonSerializer.Deserialize(json, AttemptJson.Default.ResultRecord) is { } kept
            ? new AttemptResult(
                kept.Outcome, kept.StartedAt, kept.EndedAt, kept.Error, ToReference(kept.Outputs), ToReference(kept.Report))
            : null;

    public static void Write(AttemptFolder folder, AttemptResult result) =>
        AttemptFolder.WriteWhole(folder.Result, JsonSerializer.SerializeToUtf8Bytes(
            new ResultRecord(
                result.Outcome, result.StartedAt, result.EndedAt, result.Error,
                result.Outputs?.ToString(), result.Report?.ToString()),
            AttemptJson.Default.ResultRecord));

    private static Reference? ToReference(string? text) => text is null ? null : Reference.Parse(text);
}

[JsonSerializable(typeof(AttemptRecord))]
[JsonSerializable(typeof(ResultRecord))]
internal sealed partial class AttemptJson : JsonSerializerContext;
