using System.Net;
using Union.Core.Authoring.Yaml;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Secrets;

namespace Union.Host.Configuration;

/// <summary>
/// The section <c>policy</c>: what the cluster does whatever the control plane asks. A bound that the chosen object store
/// cannot enforce is an error here, since nobody would notice that it does nothing.
/// </summary>
internal static class PolicyReader
{
    private const int MostUrls = 1_000_000;
    private const long MostOfS3 = 5L << 30;

    public static PolicyConfiguration Read(ConfigurationReader reader, YamlSection section, ObjectsConfiguration objects)
    {
        var most = reader.Duration(section, "maxLifetime", DataPolicy.LifetimeCap, DataPolicy.LifetimeCap);
        var signing = new DataPolicy
        {
            Verbs = reader.Words(section, "verbs", "get", "put")
                .Select(verb => verb == "put" ? PresignVerb.Put : PresignVerb.Get).ToHashSet(),
            MaxLifetime = most,
            Lifetimes = ReadLifetimes(reader, section.Section("lifetimes"), most),
            UploadMax = reader.Size(section, "uploadMax", MostOfS3),
            Prefixes = ReadOrAbsent<SignedPrefix>(
                reader, section, "prefixes", SignedPrefix.TryParse,
                "PROJECT/DOMAIN with or without folders behind it, where a star stands for any project or domain"),
            UrlsPerMinute = reader.Number(section, "urlsPerMinute", 6000, 1, MostUrls),
        };
        var policy = new PolicyConfiguration(
            signing,
            ReadNetworks(reader, section, objects),
            reader.Words(section, "relays", "logs", "metrics", "events", "secrets"),
            new SecretPolicy(ReadOrAbsent<SecretGrant>(
                reader, section, "secrets", SecretGrant.TryParse, "PROJECT/SECRET, where a star stands for any")));
        if (objects.Provider is ObjectsProvider.S3 && signing.UploadMax > MostOfS3)
        {
            section.Error(
                section.Find("uploadMax"), $"'{section.PathOf("uploadMax")}' cannot be kept here: one put of S3 takes at most 5GiB.");
        }

        section.End();
        return policy;
    }

    private static Dictionary<ArtifactKind, TimeSpan> ReadLifetimes(
        ConfigurationReader reader, YamlSection section, TimeSpan most)
    {
        var lifetimes = new Dictionary<ArtifactKind, TimeSpan>();
        foreach (var kind in Enum.GetValues<ArtifactKind>())
        {
            lifetimes[kind] = reader.Duration(section, kind.ToString().ToLowerInvariant(), most, most);
        }

        section.End();
        return lifetimes;
    }

    // Absent is not empty: an empty list allows nothing at all.
    private static IReadOnlyList<T>? ReadOrAbsent<T>(
        ConfigurationReader reader, YamlSection section, string key, TryParse<T> parse, string expected)
    {
        var values = reader.List(section, key, parse, expected);
        return section.Find(key) is null ? reader.Keep<IReadOnlyList<T>?>(section, key, null, "null") : values;
    }

    private static IReadOnlyList<IPNetwork> ReadNetworks(
        ConfigurationReader reader, YamlSection section, ObjectsConfiguration objects)
    {
        const string key = "clientNetworks";
        var networks = reader.List<IPNetwork>(section, key, IPNetwork.TryParse, "a network such as 203.0.113.0/24");
        if (networks.Count > 0 && WhyNot(objects, networks) is { } why)
        {
            section.Error(section.Find(key), $"'{section.PathOf(key)}' cannot be kept here: {why}");
        }

        return networks;
    }

    private static string? WhyNot(ObjectsConfiguration objects, IReadOnlyList<IPNetwork> networks) => objects.Provider switch
    {
        ObjectsProvider.S3 when objects.Role?.PerUrl != true =>
            "S3 knows a client's network in the policy of a session only; it needs 'objects.assumeRole' with 'perUrl: true'.",
        ObjectsProvider.Azure when networks.Count > 1 || networks[0].BaseAddress.AddressFamily
            is not System.Net.Sockets.AddressFamily.InterNetwork => "a signed URL of Azure names a single range of IPv4 addresses.",
        ObjectsProvider.Gcs => "Cloud Storage binds a signed URL to no network; use VPC Service Controls instead.",
        ObjectsProvider.File => "provider file serves its URLs to loopback alone.",
        _ => null,
    };
}
