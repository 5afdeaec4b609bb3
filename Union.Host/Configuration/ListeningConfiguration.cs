using System.Net;

namespace Union.Host.Configuration;

/// <param name="PublicUrl">What clients are told to dial; null means the listening address.</param>
/// <param name="Reflection">Tell strangers' tools which services there are, which on loopback is done anyway.</param>
/// <param name="Origins">Web pages of other addresses that may call, such as a console served elsewhere.</param>
internal sealed record ClientsConfiguration(
    IPEndPoint Listen, Uri? PublicUrl, TlsConfiguration Tls, IReadOnlyList<string> Origins,
    bool Reflection)
{
    public bool IsLoopback => IPAddress.IsLoopback(Listen.Address);

    /// <summary>The address that clients dial, without a final slash.</summary>
    public string Url => PublicUrl?.GetLeftPart(UriPartial.Authority)
        ?? $"{(Tls.Certificate is null ? "http" : "https")}://{Listen}";
}

/// <summary>Who ends TLS: this process with a certificate, or one of the proxies in these networks.</summary>
internal sealed record TlsConfiguration(string? Certificate, string? Key, IReadOnlyList<IPNetwork> Proxies)
{
    public bool IsEnded => Certificate is not null || Proxies.Count > 0;
}
