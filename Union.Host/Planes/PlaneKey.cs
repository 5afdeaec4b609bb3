namespace Union.Host.Planes;

/// <summary>A file in a plane's key folder.</summary>
/// <param name="IsSecret">False for public halves, which lie there beside their keys.</param>
/// <param name="Rotation">What an operator does to replace it.</param>
/// <param name="Theft">What a thief of this file could do.</param>
internal sealed record PlaneKey(
    string Plane, string File, bool IsSecret, string Purpose, string Rotation, string Theft)
{
    public const string Control = "control";
    public const string Compute = "compute";

    /// <summary>Every file that a plane may have in its key folder; a test compares this list with real folders.</summary>
    public static IReadOnlyList<PlaneKey> All { get; } =
    [
        new(Control, "ca.key", true, "Signs the certificates of clusters and of the cluster port.",
            "Rename ca.crt to trusted-1.crt, delete ca.key, restart; delete trusted-1.crt a day later.",
            "Enrol clusters of his own and pose as the control plane to clusters; read no stored data."),
        new(Control, "ca.crt", false, "The CA's certificate; its key's hash stands in join tokens.", "With ca.key.",
            "Nothing: it is public."),
        new(Control, "assertion.key", true, "Signs what is said to a cluster about each forwarded call.",
            "Stage and promote a successor; clusters accept only a key that the old one signed.",
            "Together with a way into the tunnel: make calls that a cluster's own policy still has to allow."),
        new(Control, "assertion-keys.json", false, "The public halves, in order of succession.", "With assertion.key.",
            "Nothing: it is public."),
        new(Control, "admin.token", true, "The first administrator's token, made where none lives (auth: token).",
            "Make tokens for people, then 'union token revoke admin' and delete the file.",
            "Everything that an administrator may do through the API."),
        new(Compute, "cluster.key", true, "Proves to the control plane which cluster calls.",
            "By itself: a new key and certificate every 12 hours.", "Pose as this cluster until the certificate ends."),
        new(Compute, "cluster.crt", false, "The cluster's certificate, 24 hours.", "With cluster.key.",
            "Nothing: it is public."),
        new(Compute, "ca.pem", false, "The only CAs that this cluster trusts.", "By itself, at each renewal.",
            "Nothing: it is public."),
        new(Compute, "cluster.json", false, "Name, id and control plane of this cluster.", "At enrolment.",
            "Nothing: it is no secret."),
        new(Compute, "assertion-keys.json", false, "The control plane's keys that were pinned.",
            "By itself, when a pinned key signed the next one.", "Nothing: it is public."),
        new(Compute, "digest.key", true, "Makes digests of inputs and private parts that confirm no guess.",
            "Never: what is addressed by a digest would lose its address.",
            "Together with the control plane's database: confirm guesses of small inputs."),
        new(Compute, "urls.key", true, "Signs and verifies URLs of the file object store.",
            "Put a new key before the old one in the file; delete the old one after an hour.",
            "Sign URLs for any object of the store, usable on this machine."),
        new(Compute, "secrets.key", true, "Seals the customer's secrets.",
            "Put a new key before the old one in the file; secrets are sealed anew when they are next written.",
            "Together with the folder secrets/: read every secret."),
    ];
}
