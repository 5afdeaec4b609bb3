using Union.Core.Boundary.Identity;

namespace Union.Host.Api;

/// <summary>Which plane answers a method.</summary>
internal enum ServedBy
{
    /// <summary>Nobody yet: <c>unimplemented</c>.</summary>
    Nobody,
    ControlPlane,

    /// <summary>The customer's cluster; the control plane only forwards below <c>/dp/</c>.</summary>
    Cluster,
}

/// <summary>Who may call a method.</summary>
internal enum Audience
{
    /// <summary>Those who hold the route's verb.</summary>
    Granted,

    /// <summary>Whoever has a valid credential, whatever it grants.</summary>
    Authenticated,

    /// <summary>Whoever reaches the port: how one gets a credential is asked without one.</summary>
    Anyone,
}

/// <summary>One method of the API: who serves it and which verb its caller needs.</summary>
/// <param name="Mutates">A repeated assertion for it is refused by the cluster.</param>
internal sealed record Route(string Service, string Method, ServedBy ServedBy, Verb Verb, bool Mutates)
{
    public Audience Audience { get; init; } = Audience.Granted;

    public string Path => $"/{Service}/{Method}";
}
