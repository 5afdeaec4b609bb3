using Amazon.S3;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Aws.Objects;

/// <summary>What `union doctor` asks S3: where the bucket lies, and which key encrypts.</summary>
internal sealed class S3Inspections(AmazonS3Client s3, S3ObjectStoreOptions options, Func<ObjectKey, string> nameOf)
{
    // How S3 writes the first region of each kind in its answer: not at all, or by its oldest name.
    private const string FirstRegion = "us-east-1";
    private const string OldIreland = "EU";

    public IReadOnlyList<StoreInspection> All =>
    [
        new("bucket", InspectionStage.Bucket, (_, token) => AskAsync(BucketAsync, "s3:GetBucketLocation", token)),
        new("region", InspectionStage.Bucket, (_, token) => AskAsync(RegionAsync, "s3:GetBucketLocation", token)),
        new("key", InspectionStage.Written, (key, token) => AskAsync(t => KeyAsync(key, t), "s3:GetObject", token)),
    ];

    private async Task<StoreFinding> BucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            await s3.GetBucketLocationAsync(options.Bucket, cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Failures.Translate(e, "").Error is ObjectStoreError.WrongRegion)
        {
            // It is there; where, is the next question.
        }

        return new StoreFinding($"The bucket {options.Bucket} exists.");
    }

    private async Task<StoreFinding> RegionAsync(CancellationToken cancellationToken)
    {
        var said = (await s3.GetBucketLocationAsync(options.Bucket, cancellationToken)).Location?.Value;
        var region = said switch
        {
            null or "" => options.Endpoint is null ? FirstRegion : null,
            OldIreland => "eu-west-1",
            _ => said,
        };

        // Other servers name what they call a region, or nothing, and took the signature that names ours.
        if (region is null || (options.Endpoint is not null && !S3Failures.IsAwsRegion(region)))
        {
            return new StoreFinding($"The server takes signatures for {options.Region}.");
        }

        return region == options.Region
            ? new StoreFinding($"The bucket lies in {region}.")
            : throw new ObjectStoreException(ObjectStoreError.WrongRegion, "The bucket lies in another region.") { Region = region };
    }

    private async Task<StoreFinding> KeyAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (options.EncryptionKey is not { } wanted)
        {
            return new StoreFinding("The bucket encrypts by itself: no encryptionKey is configured.", Applies: false);
        }

        var used = (await s3.GetObjectMetadataAsync(options.Bucket, nameOf(key), cancellationToken))
            .ServerSideEncryptionKeyManagementServiceKeyId;
        return IsSame(wanted, used)
            ? new StoreFinding("The object was encrypted with the configured key.")
            : throw new ObjectStoreException(ObjectStoreError.KeyUnusable, "The object was encrypted with another key.");
    }

    // S3 answers with the key's ARN, whatever it was named by; behind an alias stands any key.
    private static bool IsSame(string wanted, string? used) => !string.IsNullOrEmpty(used)
        && (wanted.Contains("alias/", StringComparison.Ordinal) || LastOf(wanted) == LastOf(used));

    private static string LastOf(string key) => key[(key.LastIndexOf('/') + 1)..];

    private static async Task<StoreFinding> AskAsync(
        Func<CancellationToken, Task<StoreFinding>> ask, string permission, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, cancellationToken))
        {
            throw S3Failures.Translate(e, permission);
        }
    }
}
