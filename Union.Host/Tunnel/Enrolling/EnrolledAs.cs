namespace Union.Host.Tunnel.Enrolling;

/// <summary>Content of <c>cluster.json</c>: where this cluster belongs and as whom.</summary>
internal sealed record EnrolledAs(string ControlPlane, string ClusterName, string Org, string ClusterId);
