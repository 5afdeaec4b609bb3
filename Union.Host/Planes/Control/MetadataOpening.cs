using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Host.Configuration;

namespace Union.Host.Planes.Control;

/// <summary>The metadata store that configuration names, and the keys that its replicas share.</summary>
internal static class MetadataOpening
{
    public const string FileName = "control.db";

    public static async Task<MetadataDatabase> OpenAsync(
        DatabaseConfiguration configuration, DataFolder folder, PlaneSurroundings around,
        CancellationToken cancellationToken) =>
#pragma warning disable CA2000 // The caller's: it is the result.
        configuration.Engine == DatabaseEngine.Sqlite
            ? MetadataDatabase.Open(folder.File(FileName))
            : await MetadataDatabase.OpenAsync(Postgres(configuration, around.Environment), around.Time, cancellationToken);
#pragma warning restore CA2000

    public static PostgresOptions Postgres(DatabaseConfiguration configuration, ProcessEnvironment environment) => new(
        configuration.Connection!.Read(environment), configuration.Migrations?.Read(environment), configuration.PoolSize);

    /// <summary>With PostgreSQL every replica has the same CA and signs with the same key; with SQLite there is only one.</summary>
    public static async Task ShareKeysAsync(
        MetadataDatabase database, ControlPlaneConfiguration configuration, CertificateAuthorityOptions authority,
        PlaneSurroundings around, CancellationToken cancellationToken)
    {
        if (configuration.Database.Engine == DatabaseEngine.Sqlite)
        {
            return;
        }

        var seal = new KeySeal(configuration.SealingKey!.Read(around.Environment));
        await SharedKeys.SyncAsync(
            database, seal, authority.Folder, () => Make(authority, around.Time), around.Time.GetUtcNow(), cancellationToken);
    }

    private static void Make(CertificateAuthorityOptions authority, TimeProvider time)
    {
        CertificateAuthority.Open(authority, time).Dispose();
        AssertionSigner.Open(authority.Folder, time).Dispose();
    }
}
