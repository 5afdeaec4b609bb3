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

/// <summary>One method of the API: who serves it and which verb its caller needs.</summary>
/// <param name="Mutates">A repeated assertion for it is refused by the cluster.</param>
internal sealed record Route(string Service, string Method, ServedBy ServedBy, Verb Verb, bool Mutates)
{
    public string Path => $"/{Service}/{Method}";
}
