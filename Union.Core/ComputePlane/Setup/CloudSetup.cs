using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;

namespace Union.Core.ComputePlane.Setup;

/// <summary>What a configuration needs of a cloud, in words that every cloud has.</summary>
public sealed record CloudSetup
{
    /// <summary>Buckets, or containers on Azure; the first is the one that most objects lie in.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>The folder of the bucket that the cluster keeps to; none means the whole bucket.</summary>
    public string? Prefix { get; init; }

    /// <summary>What every key begins with below <see cref="Prefix"/>.</summary>
    public string Root => Prefix is null ? Layout : $"{Prefix}/{Layout}";

    public string? Region { get; init; }

    /// <summary>The account's number on AWS, the project on Google Cloud, the storage account on Azure.</summary>
    public string? Account { get; init; }

    /// <summary>The key that encrypts what is written, where it is the customer's own.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>The longest life of a signed URL.</summary>
    public required TimeSpan MaxLifetime { get; init; }

    /// <summary>Shorter lives of some kinds of objects.</summary>
    public IReadOnlyDictionary<ArtifactKind, TimeSpan> Lifetimes { get; init; } = new Dictionary<ArtifactKind, TimeSpan>();

    /// <summary>
    /// Below which folders something is signed; null for all. They narrow the identities to those projects and domains,
    /// whose other folders the cluster works in itself.
    /// </summary>
    public IReadOnlyList<SignedPrefix>? Prefixes { get; init; }

    /// <summary>Whose folder the cluster's objects lie in; null where any org's may.</summary>
    public string? Org { get; init; }

    /// <summary>
    /// What the identities keep to below the layout's first folder, <c>ORG/PROJECT/DOMAIN</c> with a star for any. One of
    /// stars alone where nothing narrows them, and where nothing is signed at all: the cluster still has to work.
    /// </summary>
    public IReadOnlyList<ProjectPattern> Projects => Prefixes is not { Count: > 0 } prefixes
        ? [new ProjectPattern(Org, null, null)]
        : [.. prefixes.Select(p => new ProjectPattern(Org, NameOf(p.Project), NameOf(p.Domain))).Distinct()];

    public bool IsNarrowed => Org is not null || Prefixes is { Count: > 0 };

    /// <summary>Nothing has to be signed, so nothing has to be allowed that only signing needs.</summary>
    public bool SignsNothing => Prefixes is { Count: 0 };

    /// <summary>Where browsers show the console, which reads reports by signed URL.</summary>
    public string? Origin { get; init; }

    public SecretSetup? Secrets { get; init; }

    /// <summary>Where `union doctor` tries the store.</summary>
    public string DoctorFolder => $"{Root}/doctor";

    private const string Layout = "union";

    private static string? NameOf(string text) => text == "*" ? null : text;
}

/// <summary>Projects of a setup; null stands for any.</summary>
public sealed record ProjectPattern(string? Org, string? Project, string? Domain)
{
    /// <summary>As AWS and Azure write it, where a star passes slashes too.</summary>
    public string Path => this is { Org: null, Project: null, Domain: null }
        ? "*"
        : string.Join('/', Org ?? "*", Project ?? "*", Domain ?? "*");
}

/// <summary>Where secrets are kept, if that is this cloud.</summary>
/// <param name="Store">The word of the provider in configuration.</param>
/// <param name="Place">The vault on Azure; null elsewhere.</param>
public sealed record SecretSetup(string Store, string Prefix, string? Place = null, string? EncryptionKey = null, string? Region = null);
