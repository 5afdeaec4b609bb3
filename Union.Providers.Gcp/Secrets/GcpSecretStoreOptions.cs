using Google.Apis.Auth.OAuth2;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Gcp.Secrets;

/// <summary>Settings of <see cref="GcpSecretStore"/>.</summary>
public sealed record GcpSecretStoreOptions
{
    /// <summary>The project's id or number.</summary>
    public required string Project { get; init; }

    /// <summary>What every secret's id begins with.</summary>
    public string Prefix { get; init; } = RemoteStoreRules.DefaultPrefix;

    /// <summary>None means Google's own.</summary>
    public string? Endpoint { get; init; }

    /// <summary>None means application default credentials: key file, workload identity, metadata server.</summary>
    public ITokenAccess? Credentials { get; init; }
}
