namespace Union.Host.Tunnel;

/// <summary>
/// The bytes that open a reversed connection, one each way, cluster first. A TLS 1.3 client believes itself connected
/// before the server has judged its certificate, so only the answer says that the slot is up.
/// </summary>
internal static class Hello
{
    /// <summary>Cluster to control plane: the version of what follows.</summary>
    public const byte Version1 = 1;

    /// <summary>Control plane to cluster: HTTP/2 follows, the control plane is its client.</summary>
    public const byte Welcome = 1;

    /// <summary>Control plane to cluster: this certificate is revoked or unknown. The connection ends.</summary>
    public const byte NotAdmitted = 2;

    /// <summary>Control plane to cluster: the certificate has ended; renew it first. The connection ends.</summary>
    public const byte Expired = 3;
}
