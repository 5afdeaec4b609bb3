using Union.Core.ComputePlane.Objects;

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

    /// <summary>Where browsers show the console, which reads reports by signed URL.</summary>
    public string? Origin { get; init; }

    public SecretSetup? Secrets { get; init; }

    private const string Layout = "union";
}

/// <summary>Where secrets are kept, if that is this cloud.</summary>
/// <param name="Store">The word of the provider in configuration.</param>
/// <param name="Place">The vault on Azure; null elsewhere.</param>
public sealed record SecretSetup(string Store, string Prefix, string? Place = null, string? EncryptionKey = null, string? Region = null);
