using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>How to reach a PostgreSQL database.</summary>
/// <param name="Connection">Of the service role: reads and writes rows, owns nothing.</param>
/// <param name="Migrations">Of the role that owns the tables; null where somebody else migrates.</param>
public sealed record PostgresOptions(SecretValue Connection, SecretValue? Migrations, int PoolSize)
{
    /// <summary>Connections beside the pool's, which send and receive wake-ups and are never given back.</summary>
    internal const int Listeners = 2;

    public const string ConnectionKey = "controlPlane.database.connection";
    public const string MigrationsKey = "controlPlane.database.migrations";
}
