namespace Union.Core.ControlPlane.Caching;

/// <summary>A result that later actions may take over.</summary>
/// <param name="CacheVersion">What the author of the task changes when results would differ.</param>
/// <param name="Source">Run, action and attempt that computed it.</param>
public sealed record CacheRow(
    string Org, string Project, string Domain, string ClusterId, string Key, string TaskName, string CacheVersion,
    string OutputUri, string Source, long CreatedAt, long UsedAt);
