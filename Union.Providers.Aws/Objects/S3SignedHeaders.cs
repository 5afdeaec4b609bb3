using System.Globalization;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// The headers that carry a grant's bounds. All are signed: a bound in an unsigned header would be no bound.
/// </summary>
internal static class S3SignedHeaders
{
    /// <summary>Lower-case names in the order of a canonical request; null where there is no bound, which is common.</summary>
    public static SortedDictionary<string, string>? Of(PresignGrant grant, string? encryptionKey)
    {
        if (grant.Verb is not PresignVerb.Put
            || (grant is { ContentLength: null, ContentMd5: null, CreateOnly: false } && encryptionKey is null))
        {
            return null;
        }

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (grant.ContentLength is { } length)
        {
            headers["content-length"] = length.ToString(CultureInfo.InvariantCulture);
        }

        if (grant.ContentMd5 is { } md5)
        {
            headers["content-md5"] = Convert.ToBase64String(md5.Span);
        }

        if (grant.CreateOnly)
        {
            headers["if-none-match"] = "*";
        }

        if (encryptionKey is not null)
        {
            headers["x-amz-server-side-encryption"] = "aws:kms";
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = encryptionKey;
        }

        return headers;
    }
}
