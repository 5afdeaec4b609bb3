namespace Union.Core.Boundary.Identity;

/// <summary>One enrolled compute plane, as its certificate names it.</summary>
/// <param name="ClusterId">A UUID, lower case with dashes: opaque, random, in paths and assertions.</param>
public sealed record ClusterIdentity(string Org, string ClusterId);
