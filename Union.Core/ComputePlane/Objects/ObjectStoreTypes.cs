using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>What an object store can promise.</summary>
/// <param name="MaxPresignLifetime">The longest lifetime the store itself accepts.</param>
/// <param name="PresignBindsContentLength">A signed upload can fix the number of bytes.</param>
/// <param name="PresignBindsContentMd5">A signed upload can fix the MD5 of its content.</param>
public sealed record ObjectStoreCapabilities(
    TimeSpan MaxPresignLifetime, bool PresignBindsContentLength, bool PresignBindsContentMd5);

public sealed record StoredObject(ObjectKey Key, long Length, string Tag, DateTimeOffset Modified);

public enum PutMode
{
    CreateOnly,
    Replace,
}

public enum PresignVerb
{
    Get,
    Head,
    Put,
}

/// <summary>What is to be signed: one verb on one key for a time, with every bound that must hold.</summary>
public sealed record PresignGrant(PresignVerb Verb, ObjectKey Key, TimeSpan Lifetime)
{
    /// <summary>Bytes that an upload must have.</summary>
    public long? ContentLength { get; init; }

    /// <summary>MD5 (16 bytes) that an upload's content must have.</summary>
    public ReadOnlyMemory<byte>? ContentMd5 { get; init; }

    /// <summary>An upload may not replace an object.</summary>
    public bool CreateOnly { get; init; }

    /// <summary>Content type that a download is answered with, so that a report cannot choose how it is shown.</summary>
    public string? ResponseContentType { get; init; }

    public string? ResponseContentDisposition { get; init; }
}

/// <summary>A signed request: a client must send this method to this URL with these headers before it expires.</summary>
public sealed record PresignedRequest(
    string Method, SignedUrl Url, IReadOnlyDictionary<string, string> RequiredHeaders, DateTimeOffset ExpiresAt);

public enum ObjectStoreError
{
    NotFound,
    AlreadyExists,
    Denied,
    Throttled,
    Unavailable,
    Unsupported,
    TooLarge,
    Invalid,
    BadCredentials,
    NoBucket,
    WrongRegion,
    ClockSkewed,

    /// <summary>The key that encrypts what is written does not exist, is switched off, or is not the one that was named.</summary>
    KeyUnusable,
}

/// <summary>A refusal of an object store: the enum is for decisions, the inner exception for logs.</summary>
public sealed class ObjectStoreException(ObjectStoreError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ObjectStoreError Error { get; } = error;

    /// <summary>The permission that the cluster's identity lacks, in the cloud's own words, where the store denied it.</summary>
    public string? Permission { get; init; }

    /// <summary>Where the bucket lies, where the store said so and it looks like a region's name.</summary>
    public string? Region { get; init; }
}
