using System.Text.Json;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>The inline policy of a session that may do one thing to one object, from the networks that may use it.</summary>
internal static class S3SessionPolicy
{
    /// <summary>STS takes no longer one; only a long key of many bytes per character comes near.</summary>
    private const int MostCharacters = 2048;

    public static string Of(PresignVerb verb, string region, string bucket, string key, IReadOnlyList<string> networks)
    {
        // HEAD needs the right to get. In a resource "*", "?" and "$" are patterns unless written so.
        var action = verb is PresignVerb.Put ? "s3:PutObject" : "s3:GetObject";
        var resource = string.Concat(key.Select(c => c is '*' or '?' or '$' ? $"${{{c}}}" : c.ToString()));
        var statement = new Dictionary<string, object>
        {
            ["Effect"] = "Allow",
            ["Action"] = action,
            ["Resource"] = $"arn:{PartitionOf(region)}:s3:::{bucket}/{resource}",
        };
        if (networks.Count > 0)
        {
            statement["Condition"] = new Dictionary<string, object>
            {
                ["IpAddress"] = new Dictionary<string, object> { ["aws:SourceIp"] = networks },
            };
        }

        var policy = JsonSerializer.Serialize(new { Version = "2012-10-17", Statement = new[] { statement } });
        return policy.Length <= MostCharacters
            ? policy
            : throw new ObjectStoreException(
                ObjectStoreError.Invalid, "The key is too long for the policy of a session of its own.");
    }

    private static string PartitionOf(string region) => region switch
    {
        _ when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
        _ when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
        _ => "aws",
    };
}
