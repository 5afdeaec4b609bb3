using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// Writes a stream of unknown length whole or not at all: in one put where it fits into a part, else in parts that
/// become an object only when all have arrived. Memory is bounded by one part.
/// </summary>
/// <param name="completesConditionally">The server honours If-None-Match where parts become an object.</param>
internal sealed class S3Upload(AmazonS3Client s3, S3ObjectStoreOptions options, bool completesConditionally)
{
    // S3 takes at most 10,000 parts, so objects end at 156 GiB; a part has at least 5 MiB.
    private const int PartBytes = 16 << 20;

    private readonly string _bucket = options.Bucket;
    private readonly ServerSideEncryptionMethod? _encryption =
        options.EncryptionKey is null ? null : ServerSideEncryptionMethod.AWSKMS;

    public async Task PutAsync(string key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        using var part = new MemoryStream();
        if (!await FillAsync(part, content, cancellationToken))
        {
            await PutWholeAsync(key, part, mode, cancellationToken);
            return;
        }

        if (mode is PutMode.CreateOnly && !completesConditionally)
        {
            throw new ObjectStoreException(
                ObjectStoreError.TooLarge, $"This server keeps a create-only put below {PartBytes} bytes only.");
        }

        // The parts take over what the upload began with.
        var begin = new InitiateMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = key,
            ServerSideEncryptionMethod = _encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = options.EncryptionKey,
        };
        var upload = (await s3.InitiateMultipartUploadAsync(begin, cancellationToken)).UploadId;
        try
        {
            await PutPartsAsync(key, upload, part, content, mode, cancellationToken);
        }
        catch
        {
            await AbortAsync(key, upload);
            throw;
        }
    }

    // Not with the caller's token: that may be what ended the upload, and its parts are paid for. Where the server is away
    // the bucket's own rule for unfinished uploads has to clear up; what ended the upload is what the caller hears of.
    private async Task AbortAsync(string key, string upload)
    {
        try
        {
            await s3.AbortMultipartUploadAsync(_bucket, key, upload, CancellationToken.None);
        }
        catch (Exception e) when (S3Failures.IsFailure(e, CancellationToken.None))
        {
            // It failed already.
        }
    }

    private async Task PutWholeAsync(string key, MemoryStream part, PutMode mode, CancellationToken cancellationToken)
    {
        var put = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = key,
            InputStream = part,
            AutoCloseStream = false,
            ServerSideEncryptionMethod = _encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = options.EncryptionKey,
            IfNoneMatch = mode is PutMode.CreateOnly ? "*" : null,
            MD5Digest = DigestOf(part),
        };
        await s3.PutObjectAsync(put, cancellationToken);
    }

    private async Task PutPartsAsync(
        string key, string upload, MemoryStream part, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        var complete = new CompleteMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = key,
            UploadId = upload,
            PartETags = [],
            IfNoneMatch = mode is PutMode.CreateOnly ? "*" : null,
        };
        for (var number = 1; part.Length > 0; number++)
        {
            var answer = await s3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = _bucket,
                    Key = key,
                    UploadId = upload,
                    PartNumber = number,
                    InputStream = part,
                    PartSize = part.Length,
                    MD5Digest = DigestOf(part),
                },
                cancellationToken);
            complete.PartETags.Add(new PartETag(number, answer.ETag));
            await FillAsync(part, content, cancellationToken);
        }

        await s3.CompleteMultipartUploadAsync(complete, cancellationToken);
    }

    // The store compares it with what arrived. The newer checksums of S3 are not known to all that speak its protocol.
#pragma warning disable CA5351 // It finds damage, and keeps nothing secret.
    private static string DigestOf(MemoryStream part) =>
        Convert.ToBase64String(MD5.HashData(part.GetBuffer().AsSpan(0, (int)part.Length)));
#pragma warning restore CA5351

    /// <summary>Reads the next part; true where it is full and there may be more.</summary>
    private static async Task<bool> FillAsync(MemoryStream part, Stream content, CancellationToken cancellationToken)
    {
        part.SetLength(0);
        var buffer = new byte[64 << 10];
        while (part.Length < PartBytes)
        {
            var most = (int)Math.Min(buffer.Length, PartBytes - part.Length);
            var count = await content.ReadAsync(buffer.AsMemory(0, most), cancellationToken);
            if (count == 0)
            {
                break;
            }

            part.Write(buffer, 0, count);
        }

        part.Position = 0;
        return part.Length == PartBytes;
    }
}
