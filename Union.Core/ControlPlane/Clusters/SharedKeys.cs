using System.Text;
using Union.Core.Boundary.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// The keys of a control plane that has several replicas: the first one makes them and leaves them sealed in the database,
/// every other finds them there. What is in the database wins over what is in the folder.
/// </summary>
public static class SharedKeys
{
    private static readonly string[] Names = ["ca.key", "ca.crt", "assertion.key", "assertion-keys.json"];

    /// <param name="make">Makes the files where there are none.</param>
    public static async Task SyncAsync(
        MetadataDatabase database, KeySeal seal, string folder, Action make, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var stored = await database.ReadInstallationAsync(AllAsync, cancellationToken);
        if (stored.Count == 0)
        {
            make();
            var rows = Names.Select(name => new SealedKey(name, seal.Seal(name, Read(folder, name)))).ToList();
            await database.WriteInstallationAsync(session => InsertAsync(session, rows, now), cancellationToken);
            // Another replica may have been faster; its keys are then everybody's.
            stored = await database.ReadInstallationAsync(AllAsync, cancellationToken);
        }

        foreach (var key in stored)
        {
            PrivateFile.Write(Path.Combine(folder, key.Name), Encoding.UTF8.GetString(seal.Open(key.Name, key.Content)));
        }
    }

    private static byte[] Read(string folder, string name) =>
        PrivateFile.TryRead(Path.Combine(folder, name), out var text)
            ? Encoding.UTF8.GetBytes(text)
            : throw new InvalidOperationException($"The key file {name} was not made.");

    private static Task<IReadOnlyList<SealedKey>> AllAsync(Session session)
    {
        const string sql = "select name as Name, content as Content from sealed_keys where org = '*' order by name";
        return session.QueryAsync<SealedKey>(sql, new { });
    }

    private static async Task<bool> InsertAsync(Session session, IReadOnlyList<SealedKey> keys, DateTimeOffset now)
    {
        const string sql = """
            insert into sealed_keys (org, name, content, created_at) values ('*', @Name, @Content, @now)
            on conflict (org, name) do nothing
            """;
        foreach (var key in keys)
        {
            await session.ExecuteAsync(sql, new { key.Name, key.Content, now = now.ToMicros() });
        }

        return true;
    }

    private sealed record SealedKey(string Name, byte[] Content);
}
