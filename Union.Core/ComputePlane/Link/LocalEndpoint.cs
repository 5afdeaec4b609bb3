namespace Union.Core.ComputePlane.Link;

/// <summary>Where tasks that share the machine's network reach their cluster, <c>127.0.0.1:8703</c>.</summary>
public sealed record LocalEndpoint(string Address);
