using Union.Core.Boundary;

namespace Union.Host.Connect;

/// <summary>How large a message may be once it is inflated. Both figures are checked while inflating, before parsing.</summary>
internal sealed record MessageLimit(int MaxBytes)
{
    /// <summary>No honest message of this contract shrinks further; small ones may, being mostly repetition.</summary>
    public const int MaxRatio = 100;

    private const int AnyRatioBytes = 1024 * 1024;

    public long Inflated(long compressedBytes) =>
        Math.Min(MaxBytes, Math.Max(AnyRatioBytes, compressedBytes * MaxRatio));

    public UnionException Exceeded() => new(
        ErrorCode.ResourceExhausted, "message_too_large",
        $"The message is larger than {MaxBytes / (1024 * 1024)} MiB, or was compressed to less than 1/{MaxRatio} of its size.",
        "Upload large values by signed URL.");
}
