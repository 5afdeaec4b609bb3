using System.Globalization;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Flyte;

/// <summary>Where a Flyte task finds and leaves what it reads and writes: references into the cluster's store.</summary>
/// <param name="PreviousCheckpoints">Null for a first attempt.</param>
public sealed record FlytePlaces(
    string RunBase, string Inputs, string Outputs, string RawData, string Checkpoints, string? PreviousCheckpoints)
{
    /// <summary>Folders of an attempt that the program expects to exist where folders are real.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["raw", "checkpoint"];

    public static FlytePlaces Of(AttemptId id, IObjectStore store, ObjectLayout layout)
    {
        var attempt = layout.Attempt(id);
        return new FlytePlaces(
            At(layout.Run(id.Action.Run)), At(layout.ActionInputs(id.Action)), At(attempt),
            At(attempt.Append("raw")), At(attempt.Append("checkpoint")),
            id.Attempt > 1 ? At(layout.Attempt(id with { Attempt = id.Attempt - 1 }).Append("checkpoint")) : null);

        string At(ObjectKey key) => store.ReferenceTo(key).ToString();
    }

    /// <summary>What the placeholders of a command line stand for, by their names in lower case.</summary>
    internal IReadOnlyDictionary<string, string> Values(AttemptId id, DateTimeOffset runStartTime) =>
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["input"] = Inputs,
            ["outputPrefix"] = Outputs,
            ["rawOutputDataPrefix"] = RawData,
            ["checkpointOutputPrefix"] = Checkpoints,

            // Two quote characters, as the Flyte backend renders an empty one: the SDK knows them.
            ["prevCheckpointPrefix"] = PreviousCheckpoints ?? "\"\"",
            ["runName"] = id.Action.Run.Name,
            ["actionName"] = id.Action.Name,

            // Whole seconds: it feeds the names of children, and every version of Python can parse it.
            ["runStartTime"] = runStartTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
}
