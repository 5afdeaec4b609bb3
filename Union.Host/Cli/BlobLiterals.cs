using Flyteidl2.Core;

namespace Union.Host.Cli;

/// <summary>The literal of a file that stands in the store.</summary>
internal static class BlobLiterals
{
    public static Literal File(LiteralType type, string uri) => new()
    {
        Scalar = new Scalar { Blob = new Blob { Uri = uri, Metadata = new BlobMetadata { Type = type.Blob } } },
    };
}
