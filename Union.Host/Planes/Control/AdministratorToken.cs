using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.ControlPlane.Identity;

namespace Union.Host.Planes.Control;

/// <summary>
/// The first token, without which nobody could make another: written to the key folder for its owner only, and printed
/// nowhere.
/// </summary>
internal static class AdministratorToken
{
    public const string FileName = "admin.token";

    public static string PathIn(string keys) => Path.Combine(keys, FileName);

    public static async Task EnsureAsync(TokenDirectory tokens, string keys, CancellationToken cancellationToken)
    {
        if (await tokens.EnsureAdministratorAsync(Names.DefaultOrg, cancellationToken) is { } token)
        {
            PrivateFile.Write(PathIn(keys), token.Reveal() + "\n");
        }
    }
}
