using System.Security.Cryptography;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Identity;

/// <summary>Who shows a token. Each call asks the database, so that a revoked token is nobody at once.</summary>
public sealed class TokenDirectory(MetadataDatabase database, TimeProvider time)
{
    /// <summary>The subject of the token that a new installation makes for its operator.</summary>
    public const string FirstAdministrator = "admin";

    public async ValueTask<Principal?> FindAsync(string? text, CancellationToken cancellationToken)
    {
        if (!ApiToken.TryParse(text, out var token))
        {
            return null;
        }

        var row = await database.ReadInstallationAsync(
            session => TokenStore.FindAsync(session, token.Id, time.GetUtcNow()), cancellationToken);
        return row is not null && CryptographicOperations.FixedTimeEquals(row.SecretHash, token.Hash())
            ? new Principal(row.Name, row.Org, TokenRoles.Grants((TokenRole)row.Role))
            : null;
    }

    /// <summary>Makes the operator's own token where no token lives that could make others; null where one does.</summary>
    public async Task<Boundary.SecretValue?> EnsureAdministratorAsync(string org, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var token = ApiToken.New();
        var row = new TokenRow(
            org, token.Id, FirstAdministrator, token.Hash(), (long)TokenRole.Admin, now.ToMicros(), "system",
            (now + TimeSpan.FromDays(3653)).ToMicros());
        var made = await database.WriteAsync(
            org,
            async session => (await TokenStore.ListAsync(session, org, now)).All(t => t.Role != (long)TokenRole.Admin)
                && await TokenStore.TryInsertAsync(session, row),
            cancellationToken);
        return made ? token.Format() : null;
    }
}
