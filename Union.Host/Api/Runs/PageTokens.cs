using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

/// <summary>Page tokens: a position, and a hash of the query that it belongs to.</summary>
internal static class PageTokens
{
    public static string Write(string query, long first, long second) =>
        string.Create(CultureInfo.InvariantCulture, $"{first}.{second}.{Hash(query)}");

    /// <summary>The position in a token; null for an empty one. A token of another query is refused.</summary>
    public static (long First, long Second)? Read(string query, string token)
    {
        if (token.Length == 0)
        {
            return null;
        }

        return token.Split('.') is [var first, var second, var hash] && hash == Hash(query)
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
            && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            ? (a, b)
            : throw new UnionException(
                ErrorCode.InvalidArgument, "page_token_invalid", "The page token does not belong to this query.",
                "Begin again without a token.");
    }

    private static string Hash(string query) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)).AsSpan(0, 6));
}
