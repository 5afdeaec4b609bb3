using Union.Core.Boundary.Identity;

namespace Union.Host.Forwarding;

/// <summary>Who sends a request, by what it carries now.</summary>
internal interface ICallerAuthentication
{
    /// <summary>Null when it carries nothing that is valid. Asked again while a stream is open; cookies do not count.</summary>
    ValueTask<Principal?> AuthenticateAsync(HttpContext context);
}
