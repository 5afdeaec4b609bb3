using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Union.Providers.Aws.Objects;

internal static class S3Client
{
    public static AmazonS3Config ConfigOf(S3ObjectStoreOptions options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.UsesPathStyle,
            AuthenticationRegion = options.Region,

            // S3-compatible servers answer 400 to the checksums that the SDK adds of its own accord.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,

            // Retrying is a decorator's work; here it would also turn a create-only put whose answer was lost into
            // "already exists".
            MaxErrorRetry = 0,
        };
        if (options.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint;
        }

        return config;
    }
}
