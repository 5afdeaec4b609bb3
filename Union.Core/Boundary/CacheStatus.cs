namespace Union.Core.Boundary;

/// <summary>What caching did for an action, with the numbers that the flyteidl2 contract gives it.</summary>
public enum CacheStatus : long
{
    Disabled = 0,

    /// <summary>Nothing was found, and the action computes.</summary>
    Miss = 1,

    /// <summary>The outputs are those of an earlier action.</summary>
    Hit = 2,

    /// <summary>Nothing was found; what the action computed is there for later ones.</summary>
    Populated = 3,

    LookupFailure = 4,
    PutFailure = 5,

    /// <summary>The run asked for new results: nothing was looked up.</summary>
    Skipped = 6,
    Evicted = 7,
}
