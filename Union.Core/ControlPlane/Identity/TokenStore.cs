using Union.Core.Storage;

namespace Union.Core.ControlPlane.Identity;

internal sealed record TokenRow(
    string Org, string Id, string Name, byte[] SecretHash, long Role, long CreatedAt, string CreatedBy, long ExpiresAt);

internal static class TokenStore
{
    /// <summary>False where a token of that name lives.</summary>
    public static async Task<bool> TryInsertAsync(Session session, TokenRow token)
    {
        const string sql = """
            insert into api_tokens (org, id, name, secret_hash, role, created_at, created_by, expires_at)
            values (@Org, @Id, @Name, @SecretHash, @Role, @CreatedAt, @CreatedBy, @ExpiresAt)
                on conflict do nothing
            """;
        return await session.ExecuteAsync(sql, token) == 1;
    }

    /// <summary>A token that lives. Found by its random id alone: it names its org itself.</summary>
    public static Task<TokenRow?> FindAsync(Session session, string id, DateTimeOffset now)
    {
        const string sql = """
            select org as Org, id as Id, name as Name, secret_hash as SecretHash, role as Role,
                   created_at as CreatedAt, created_by as CreatedBy, expires_at as ExpiresAt
              from api_tokens
             where id = @id and revoked_at is null and expires_at > @now
            """;
        return session.FindAsync<TokenRow>(sql, new { id, now = now.ToMicros() });
    }

    public static Task<IReadOnlyList<TokenRow>> ListAsync(Session session, string org, DateTimeOffset now)
    {
        const string sql = """
            select org as Org, id as Id, name as Name, secret_hash as SecretHash, role as Role,
                   created_at as CreatedAt, created_by as CreatedBy, expires_at as ExpiresAt
              from api_tokens
             where org = @org and revoked_at is null and expires_at > @now
             order by name
             limit 1000
            """;
        return session.QueryAsync<TokenRow>(sql, new { org, now = now.ToMicros() });
    }

    /// <summary>False where no token of that name lives.</summary>
    public static async Task<bool> RevokeAsync(Session session, string org, string name, DateTimeOffset now)
    {
        const string sql = "update api_tokens set revoked_at = @now where org = @org and name = @name and revoked_at is null";
        return await session.ExecuteAsync(sql, new { org, name, now = now.ToMicros() }) == 1;
    }
}
