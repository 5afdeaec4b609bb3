using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

internal sealed record JoinTokenRow(
    string Org, string Id, byte[] SecretHash, string ClusterName, long CreatedAt, string CreatedBy, long ExpiresAt);

internal static class JoinTokenStore
{
    public static Task InsertAsync(Session session, JoinTokenRow token)
    {
        const string sql = """
            insert into join_tokens (org, id, secret_hash, cluster_name, created_at, created_by, expires_at)
            values (@Org, @Id, @SecretHash, @ClusterName, @CreatedAt, @CreatedBy, @ExpiresAt)
            """;
        return session.ExecuteAsync(sql, token);
    }

    /// <summary>A token that is neither used nor expired. Found by its random id alone: it names its org itself.</summary>
    public static Task<JoinTokenRow?> FindUsableAsync(Session session, string id, DateTimeOffset now)
    {
        const string sql = """
            select org as Org, id as Id, secret_hash as SecretHash, cluster_name as ClusterName,
                   created_at as CreatedAt, created_by as CreatedBy, expires_at as ExpiresAt
              from join_tokens
             where id = @id and used_at is null and expires_at > @now
            """;
        return session.FindAsync<JoinTokenRow>(sql, new { id, now = now.ToMicros() });
    }

    /// <summary>Uses a token up; false when another call was faster.</summary>
    public static async Task<bool> UseAsync(Session session, JoinTokenRow token, DateTimeOffset now)
    {
        const string sql = "update join_tokens set used_at = @now where org = @Org and id = @Id and used_at is null";
        return await session.ExecuteAsync(sql, new { token.Org, token.Id, now = now.ToMicros() }) == 1;
    }
}
