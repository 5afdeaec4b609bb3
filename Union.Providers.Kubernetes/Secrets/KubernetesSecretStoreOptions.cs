namespace Union.Providers.Kubernetes.Secrets;

/// <summary>Settings of <see cref="KubernetesSecretStore"/>; the defaults are those of a pod.</summary>
public sealed record KubernetesSecretStoreOptions
{
    private const string Mounted = "/var/run/secrets/kubernetes.io/serviceaccount/";

    public string Server { get; init; } = "https://kubernetes.default.svc";

    /// <summary>A namespace of the cluster's own: whoever may read Secrets there reads these.</summary>
    public required string Namespace { get; init; }

    /// <summary>Read again for each call, since Kubernetes replaces it every hour.</summary>
    public string TokenFile { get; init; } = Mounted + "token";

    /// <summary>Certificates in PEM that are trusted in place of the machine's.</summary>
    public string? CaFile { get; init; } = Mounted + "ca.crt";
}
