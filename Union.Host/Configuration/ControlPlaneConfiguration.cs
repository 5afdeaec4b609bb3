using System.Net;

namespace Union.Host.Configuration;

/// <param name="SealingKey">For keys in a shared database; with SQLite they are files, and a sealing key is refused.</param>
internal sealed record ControlPlaneConfiguration(
    string DataDir,
    Authentication Auth,
    ClientsConfiguration Clients,
    ClustersConfiguration Clusters,
    IPEndPoint OpsListen,
    DatabaseEngine Database,
    SecretReference? SealingKey);

internal enum Authentication
{
    /// <summary>Nobody chose: clients are not served.</summary>
    Unspecified,

    /// <summary>Every caller is the local administrator; on loopback only.</summary>
    None,

    /// <summary>A caller shows a token that <c>union token create</c> made.</summary>
    Token,
}

/// <param name="Listen">Null leaves it to the command: loopback under <c>up</c>, all addresses under <c>control-plane</c>.</param>
/// <param name="PublicAddress">What join tokens tell clusters to dial; null means the listening address.</param>
internal sealed record ClustersConfiguration(IPEndPoint? Listen, HostPort? PublicAddress);

internal enum DatabaseEngine
{
    Sqlite,
}
