namespace Union.Core.ControlPlane.Caching;

/// <summary>Where a result is kept: a project never sees another's, and a cluster only what it keyed itself.</summary>
internal sealed record CacheKey(string Org, string Project, string Domain, string ClusterId, string Key);
