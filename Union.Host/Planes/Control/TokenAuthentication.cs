using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Identity;
using Union.Host.Forwarding;

namespace Union.Host.Planes.Control;

/// <summary><c>auth: token</c>: a caller is whoever its bearer token names.</summary>
internal sealed class TokenAuthentication(TokenDirectory tokens) : ICallerAuthentication
{
    private const string Scheme = "Bearer ";

    public ValueTask<Principal?> AuthenticateAsync(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? tokens.FindAsync(header[Scheme.Length..].Trim(), context.RequestAborted)
            : ValueTask.FromResult<Principal?>(null);
}
