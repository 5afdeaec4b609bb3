using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Setup;

/// <summary>
/// What `union doctor` asks a store in a cloud beside the calls that every store has: each by itself, so that one thing
/// that is wrong does not hide another.
/// </summary>
public interface IInspectedStore
{
    IReadOnlyList<StoreInspection> Inspections { get; }

    /// <summary>Where an object is reached. It needs no right to hear there what time it is and what browsers may do.</summary>
    Uri PlaceOf(ObjectKey key);
}

/// <param name="Name">The last word of the check's name.</param>
/// <param name="AskAsync">
/// Throws what is wrong as the store's own calls would. Gets the key of an object that was written, if the stage says so.
/// </param>
public sealed record StoreInspection(
    string Name, InspectionStage Stage, Func<ObjectKey, CancellationToken, Task<StoreFinding>> AskAsync);

/// <param name="Applies">False where the configuration has no use for what was to be looked at.</param>
public sealed record StoreFinding(string Text, bool Applies = true);

public enum InspectionStage
{
    /// <summary>Before anything is written.</summary>
    Bucket,

    /// <summary>With an object that was just written.</summary>
    Written,

    /// <summary>Before anything is signed.</summary>
    Signature,
}
