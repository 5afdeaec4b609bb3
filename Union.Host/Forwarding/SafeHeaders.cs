namespace Union.Host.Forwarding;

/// <summary>What every answer below <c>/dp/</c> carries: a browser keeps it nowhere and runs nothing of it.</summary>
internal static class SafeHeaders
{
    public static void Add(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
    }
}
