namespace Union.Core.ComputePlane.Objects;

/// <summary>What every store refuses to sign, so that no adapter forgets one of them.</summary>
public static class PresignRules
{
    private const int Md5Bytes = 16;

    /// <summary>A URL that ends sooner meets its client dead.</summary>
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Throws for a lifetime that is not positive or longer than allowed (never shortened), for a bound that the store
    /// cannot enforce, for one that makes no sense for the verb, and for a header value that could split a header.
    /// </summary>
    public static void Check(PresignGrant grant, ObjectStoreCapabilities capabilities, long uploadMax)
    {
        if (grant.Lifetime < TimeSpan.FromSeconds(1) || grant.Lifetime > capabilities.MaxPresignLifetime)
        {
            throw Refused(ObjectStoreError.Invalid, $"A lifetime must be 1 s to {capabilities.MaxPresignLifetime:c}");
        }

        var bindsUpload = grant.ContentLength is not null || grant.ContentMd5 is not null || grant.CreateOnly;
        var bindsResponse = grant.ResponseContentType is not null || grant.ResponseContentDisposition is not null;
        if (grant.Verb is PresignVerb.Put ? bindsResponse : bindsUpload)
        {
            throw Refused(ObjectStoreError.Unsupported, $"A bound of the grant does not apply to {grant.Verb}");
        }

        if ((grant.ContentLength is not null && !capabilities.PresignBindsContentLength)
            || (grant.ContentMd5 is not null && !capabilities.PresignBindsContentMd5))
        {
            throw Refused(ObjectStoreError.Unsupported, "The store cannot bind the length or MD5 of an upload");
        }

        if (grant.ContentLength < 0 || grant.ContentMd5 is { Length: not Md5Bytes }
            || !IsHeaderValue(grant.ResponseContentType) || !IsHeaderValue(grant.ResponseContentDisposition))
        {
            throw Refused(ObjectStoreError.Invalid, "A bound of the grant is malformed");
        }

        if (grant.ContentLength > uploadMax)
        {
            throw Refused(ObjectStoreError.TooLarge, $"An upload has at most {uploadMax} bytes");
        }
    }

    /// <summary>
    /// How long a URL may live where its credentials end: as long as asked, or until they end, since the store stops
    /// honouring it then. Throws where that is too soon to be worth a signature.
    /// </summary>
    public static TimeSpan LifetimeBefore(DateTimeOffset end, PresignGrant grant, DateTimeOffset now)
    {
        var left = end - now;
        if (left >= grant.Lifetime)
        {
            return grant.Lifetime;
        }

        return left >= ShortestLifetime ? left : throw Refused(
            ObjectStoreError.BadCredentials, "The cluster's credentials end within a minute and were not renewed");
    }

    private static bool IsHeaderValue(string? value) =>
        value is null || (value is { Length: > 0 and <= 200 } && value.All(c => c is >= ' ' and <= '~'));

    private static ObjectStoreException Refused(ObjectStoreError error, string why) => new(error, why + ".");
}
