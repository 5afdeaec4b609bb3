namespace Union.Providers.Local.Objects;

/// <summary>Settings of <see cref="FileObjectStore"/>.</summary>
public sealed record FileObjectStoreOptions
{
    /// <summary>The folder that holds the objects.</summary>
    public required string Path { get; init; }

    /// <summary>The file of signing keys: outside <see cref="Path"/>, since tasks see parts of that.</summary>
    public required string KeyPath { get; init; }

    /// <summary>Scheme, host and port of the endpoint that serves signed URLs; nothing behind them.</summary>
    public string PublicUrl { get; init; } = "http://127.0.0.1:8702";

    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes of one upload by signed URL: as much as one put of S3 takes.</summary>
    public long UploadMax { get; init; } = 5L << 30;

    /// <summary>Throws with every setting that is wrong.</summary>
    public void EnsureValid()
    {
        var errors = new List<string>();
        var root = System.IO.Path.GetFullPath(Path);
        if (System.IO.Path.GetFullPath(KeyPath).StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            errors.Add("The key file must lie outside the folder of the objects.");
        }

        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || PublicUrl != url.GetLeftPart(UriPartial.Authority) || url.UserInfo.Length > 0)
        {
            errors.Add("The public URL must be http(s)://host:port and nothing else.");
        }
        else if (url.Scheme == "http" && !url.IsLoopback)
        {
            errors.Add("The public URL must be https, except on loopback.");
        }

        if (MaxLifetime < TimeSpan.FromSeconds(1) || MaxLifetime > TimeSpan.FromHours(1))
        {
            errors.Add("The longest lifetime must be 1 s to 1 h.");
        }

        if (UploadMax <= 0)
        {
            errors.Add("The largest upload must be positive.");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", errors));
        }
    }
}
