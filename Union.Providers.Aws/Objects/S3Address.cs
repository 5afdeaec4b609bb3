namespace Union.Providers.Aws.Objects;

/// <summary>
/// Where a bucket is reached, as it stands in a URL. <paramref name="Host"/> has the port where that is not the
/// scheme's own, since the signature covers the Host header; <paramref name="PathPrefix"/> is empty or "/bucket".
/// </summary>
public sealed record S3Address(string Scheme, string Host, string PathPrefix)
{
    public static S3Address Of(S3ObjectStoreOptions options)
    {
        var endpoint = new Uri(options.Endpoint ?? $"https://s3.{options.Region}.{DomainOf(options.Region)}");
        return options.UsesPathStyle
            ? new S3Address(endpoint.Scheme, endpoint.Authority, "/" + options.Bucket)
            : new S3Address(endpoint.Scheme, $"{options.Bucket}.{endpoint.Authority}", "");
    }

    // China's partition is the one public partition with a domain of its own.
    private static string DomainOf(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
}
