using Flyteidl2.Core;
using Flyteidl2.Task;

namespace Union.Core.Tests.ComputePlane.Objects;

internal static class Literals
{
    public static Literal Text(string text) =>
        new() { Scalar = new Scalar { Primitive = new Primitive { StringValue = text } } };

    public static Literal File(string uri) => new()
    {
        Scalar = new Scalar { Blob = new Blob { Uri = uri, Metadata = new BlobMetadata { Type = new BlobType() } } },
    };

    public static NamedLiteral Named(string name, Literal value) => new() { Name = name, Value = value };
}
