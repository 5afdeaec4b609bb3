namespace Union.Core.ComputePlane.Link;

/// <summary>What this cluster says of itself in Hello.</summary>
/// <param name="BinaryVersion">SemVer of this binary.</param>
/// <param name="ReferencePrefixes">Starts of every reference that this cluster's store answers to.</param>
public sealed record ClusterSelf(string BinaryVersion, IReadOnlyList<string> ReferencePrefixes);
