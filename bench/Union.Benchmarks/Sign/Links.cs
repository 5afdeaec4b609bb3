using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>What every signer is asked for: to read the outputs of an attempt for a quarter of an hour.</summary>
internal static class Links
{
    public const string Key = "union/v1/acme/weather/production/runs/r0123456789/a0/1/outputs.pb";

    public static readonly PresignGrant Read = new(PresignVerb.Get, ObjectKey.Parse(Key), TimeSpan.FromMinutes(15));

    /// <summary>With keys that were read already a signer answers at once; if not, the bench measures something else.</summary>
    public static PresignedRequest Signed(ValueTask<PresignedRequest> signed) => signed.IsCompletedSuccessfully
        ? signed.Result
        : throw new InvalidOperationException("Signing with keys that were read already waits for nothing.");
}
