namespace Union.Core.ControlPlane.Clusters;

public sealed class CertificateAuthorityOptions
{
    /// <summary>Where key and certificate lie: outside the database, or its dump could issue clusters.</summary>
    public required string Folder { get; init; }

    /// <summary>DNS names or addresses by which clusters reach the control plane, beside the loopback ones.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];
}
