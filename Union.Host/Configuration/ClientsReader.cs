using System.Net;
using Union.Core.Authoring.Yaml;

namespace Union.Host.Configuration;

/// <summary>Keys below <c>controlPlane.clients</c>: where clients are served, and what stands between them and strangers.</summary>
internal static class ClientsReader
{
    public static ClientsConfiguration Read(ConfigurationReader reader, YamlSection section, Authentication auth)
    {
        var clients = new ClientsConfiguration(
            reader.Listen(section, "listen", "127.0.0.1:8700"),
            reader.Optional<Uri>(section, "publicUrl", TryParseUrl, "an address such as https://union.example.com"),
            ReadTls(reader, section.Section("tls")),
            reader.List<string>(section, "origins", IsOrigin, "an origin such as https://console.example.com"),
            reader.Flag(section, "reflection"));
        if (!clients.IsLoopback)
        {
            RefuseOpen(section, clients, auth);
        }

        section.End();
        return clients;
    }

    // All that is missing is said at once: whoever opens a port does it in one go.
    private static void RefuseOpen(YamlSection section, ClientsConfiguration clients, Authentication auth)
    {
        var where = $"'{section.PathOf("listen")}' is {clients.Listen}, which others can reach";
        if (!clients.Tls.IsEnded)
        {
            section.Error(
                section.Find("listen"), $"{where}: it needs 'tls.certificate' and 'tls.key', or 'tls.proxies' that end TLS before it.");
        }

        if (clients.PublicUrl is null)
        {
            section.Error(section.Find("listen"), $"{where}: it needs 'publicUrl', the address that clients dial.");
        }

        if (auth is Authentication.None)
        {
            section.Error(section.Find("listen"), $"{where}, so 'auth: none' would make anybody its administrator; use 'auth: token'.");
        }
    }

    private static TlsConfiguration ReadTls(ConfigurationReader reader, YamlSection section)
    {
        var certificate = reader.OptionalFile(section, "certificate");
        var key = reader.OptionalFile(section, "key");
        var proxies = reader.List<IPNetwork>(
            section, "proxies", (string text, out IPNetwork network) => IPNetwork.TryParse(text, out network),
            "a network such as 10.0.0.0/8 or 192.0.2.7/32");
        if (certificate is null != key is null)
        {
            section.Error(section.Find("certificate") ?? section.Find("key"), $"'{section.Path}' needs 'certificate' and 'key' together.");
        }

        if (certificate is not null && proxies.Count > 0)
        {
            section.Error(section.Find("proxies"), $"'{section.Path}' has a certificate and proxies; TLS is ended by one of them.");
        }

        section.End();
        return new TlsConfiguration(certificate, key, proxies);
    }

    private static bool TryParseUrl(string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && url.Scheme is "http" or "https" && url is
        {
            UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/"
        };

    private static bool IsOrigin(string text, out string origin)
    {
        origin = TryParseUrl(text, out var url) ? url.GetLeftPart(UriPartial.Authority) : "";
        return origin.Length > 0;
    }
}
