using System.Text.Json.Serialization;
using Union.Core.Boundary.Identity;

namespace Union.Core.Boundary.Clusters;

/// <summary>
/// What the control plane says about one forwarded call. It is evidence for the cluster's journal and protection
/// against mix-ups, not against a control plane that lies.
/// </summary>
public sealed record AssertionClaims
{
    [JsonPropertyName("iss")]
    public required string Issuer { get; init; }

    /// <summary>The cluster's id.</summary>
    [JsonPropertyName("aud")]
    public required string Audience { get; init; }

    [JsonPropertyName("sub")]
    public required string Subject { get; init; }

    [JsonPropertyName("org")]
    public required string Org { get; init; }

    /// <summary>The path of the call, such as <c>/flyteidl2.dataproxy.DataProxyService/UploadInputs</c>.</summary>
    [JsonPropertyName("mth")]
    public required string Method { get; init; }

    [JsonPropertyName("rid")]
    public required string RequestId { get; init; }

    [JsonPropertyName("grants")]
    public required IReadOnlyList<AssertionGrant> Grants { get; init; }

    /// <summary>Seconds since 1970 UTC.</summary>
    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    [JsonPropertyName("exp")]
    public required long Expires { get; init; }

    /// <summary>128 random bits: a call that changes something is accepted once.</summary>
    [JsonPropertyName("jti")]
    public required string Id { get; init; }
}

public sealed record AssertionGrant
{
    [JsonPropertyName("verb")]
    public required Verb Verb { get; init; }

    [JsonPropertyName("project")]
    public string? Project { get; init; }

    [JsonPropertyName("domain")]
    public string? Domain { get; init; }
}
