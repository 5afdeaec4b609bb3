using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Host.Forwarding;
using Union.Host.Listening;

namespace Union.Host.Planes.Control;

/// <summary>
/// <c>auth: none</c>: every caller on this machine is the local administrator. A web page that was sent here by DNS
/// rebinding is no caller on this machine.
/// </summary>
internal sealed class LocalAdministrator(HostRules rules) : ICallerAuthentication
{
    public const string Subject = "local";

    private static readonly Principal Administrator = new(
        Subject, Names.DefaultOrg, [.. Enum.GetValues<Verb>().Where(v => v != Verb.None).Select(v => new Grant(v))]);

    public ValueTask<Principal?> AuthenticateAsync(HttpContext context) =>
        ValueTask.FromResult(rules.AllowsHost(context) && rules.AllowsOrigin(context) ? Administrator : null);
}
