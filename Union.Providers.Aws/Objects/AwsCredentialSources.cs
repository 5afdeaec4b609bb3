using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

internal static class AwsCredentialSources
{
    /// <summary>The credentials before any role is assumed. Finds none: Denied, with what to do.</summary>
    public static AWSCredentials Open(AwsCredentialOptions options, AmazonS3Config config)
    {
        try
        {
            return options.Source switch
            {
                AwsCredentialSource.Static when options.SessionToken is { } token => new SessionAWSCredentials(
                    options.AccessKeyId, options.SecretAccessKey!.Reveal(), token.Reveal()),
                AwsCredentialSource.Static => new BasicAWSCredentials(
                    options.AccessKeyId, options.SecretAccessKey!.Reveal()),
                AwsCredentialSource.Environment => new EnvironmentVariablesAWSCredentials(),
                AwsCredentialSource.Profile => OfProfile(options.Profile ?? "default"),
                AwsCredentialSource.Instance => new InstanceProfileAWSCredentials(),
                _ => DefaultAWSCredentialsIdentityResolver.GetCredentials(config),
            };
        }
        catch (Exception e) when (e is AmazonClientException or InvalidOperationException or ArgumentException)
        {
            throw new ObjectStoreException(
                ObjectStoreError.BadCredentials, $"No AWS credentials were found in the source '{options.Source}'.", e);
        }
    }

    private static AWSCredentials OfProfile(string name) =>
        new CredentialProfileStoreChain().TryGetAWSCredentials(name, out var found)
            ? found
            : throw new ObjectStoreException(
                ObjectStoreError.BadCredentials, $"The AWS profile '{name}' does not exist in this account's files.");
}
