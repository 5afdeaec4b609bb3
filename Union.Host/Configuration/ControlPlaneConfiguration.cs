using System.Net;
using Union.Core.ControlPlane.Retention;
using Union.Core.ControlPlane.Triggers;

namespace Union.Host.Configuration;

/// <param name="SealingKey">Seals the keys that replicas share in PostgreSQL; with SQLite they are files, and it is refused.</param>
internal sealed record ControlPlaneConfiguration(
    string DataDir,
    Authentication Auth,
    ClientsConfiguration Clients,
    ClustersConfiguration Clusters,
    IPEndPoint OpsListen,
    DatabaseConfiguration Database,
    TriggersConfiguration Triggers,
    SecretReference? SealingKey,
    RetentionOptions Retention);

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
/// <param name="ReplicaAddress">Where clusters reach this replica alone; null where it is the only one.</param>
internal sealed record ClustersConfiguration(IPEndPoint? Listen, HostPort? PublicAddress, HostPort? ReplicaAddress);

/// <param name="CatchUp">What becomes of instants that passed while no control plane ran.</param>
internal sealed record TriggersConfiguration(CatchUp CatchUp);

/// <param name="Connection">Of the service role; PostgreSQL only.</param>
/// <param name="Migrations">Of the role that owns the tables; null leaves migrating to <c>union db migrate</c>.</param>
internal sealed record DatabaseConfiguration(
    DatabaseEngine Engine, SecretReference? Connection, SecretReference? Migrations, int PoolSize);

internal enum DatabaseEngine
{
    Sqlite,
    Postgres,
}
