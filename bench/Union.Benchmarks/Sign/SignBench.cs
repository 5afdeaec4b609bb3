using System.Globalization;

namespace Union.Benchmarks.Sign;

/// <summary>
/// URLs a second of each signer beside the vendor's and the bare crypto, on one thread, and the bytes that one URL allocates.
/// </summary>
internal static class SignBench
{
    public static void Run(FigureWriter writer)
    {
        var s3 = Measured.Run<S3Signing>();
        WriteS3(writer, s3, S3Signing.StaticKeys, 0.75);
        WriteS3(writer, s3, S3Signing.SessionToken, 0.6);
        WriteGcs(writer, Measured.Run<GcsSigning>());
        WriteAzure(writer, Measured.Run<AzureSigning>());
        WritePage(writer, Measured.Run<PageSigning>());
    }

    private static void WriteS3(FigureWriter writer, Measured measured, string keys, double goalOfCrypto)
    {
        var parameters = $"[Keys={keys}]";
        var (ours, bytes) = measured[nameof(S3Signing.Ours), parameters];
        var (vendor, vendorBytes) = measured[nameof(S3Signing.Vendor), parameters];
        var crypto = measured[nameof(S3Signing.Crypto), parameters].PerSecond;
        writer.Write(Figure.Plain($"S3, {keys}", ours, "URL/s", Text($"AWSSDK.S3 {vendor:0}/s, bare crypto {crypto:0}/s")));
        writer.Write(Figure.AtLeast($"S3, {keys}: times AWSSDK.S3", ours / vendor, "x", 10));
        writer.Write(Figure.AtLeast($"S3, {keys}: of bare crypto", ours / crypto, "x", goalOfCrypto));
        var reference = Text($"AWSSDK.S3 {vendorBytes:0} B");
        writer.Write(keys == S3Signing.StaticKeys
            ? Figure.Below($"S3, {keys}: allocated", bytes, "B", 1025, reference)
            : Figure.Plain($"S3, {keys}: allocated", bytes, "B", reference));
    }

    private static void WriteGcs(FigureWriter writer, Measured measured)
    {
        var (ours, bytes) = measured[nameof(GcsSigning.Ours)];
        var crypto = measured[nameof(GcsSigning.Crypto)].PerSecond;
        writer.Write(Figure.Plain("GCS, key file", ours, "URL/s", Text($"one RSA signature {crypto:0}/s")));
        writer.Write(Figure.Below("GCS: time of one RSA signature", crypto / ours, "x", 1.1));
        writer.Write(Figure.Plain("GCS: allocated", bytes, "B"));
    }

    private static void WriteAzure(FigureWriter writer, Measured measured)
    {
        var (ours, bytes) = measured[nameof(AzureSigning.Ours)];
        var (vendor, vendorBytes) = measured[nameof(AzureSigning.Vendor)];
        writer.Write(Figure.Plain("Azure, delegation key", ours, "URL/s", Text($"BlobSasBuilder {vendor:0}/s")));
        writer.Write(Figure.Plain("Azure: allocated", bytes, "B", Text($"BlobSasBuilder {vendorBytes:0} B")));
    }

    private static void WritePage(FigureWriter writer, Measured measured)
    {
        var (page, bytes) = measured[nameof(PageSigning.OneCall)];
        var single = measured[nameof(PageSigning.ACallForEach)].PerSecond;
        writer.Write(Figure.Plain(
            $"one call for a page of {PageSigning.Page}", 1000 * PageSigning.Page / page, "ms",
            Text($"{page:0} URL/s; a call for each {single:0}/s, journal and wire not counted")));
        writer.Write(Figure.Plain("one call for a page: allocated for each URL", bytes, "B"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
