using Flyteidl2.Core;
using Flyteidl2.Task;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Finds every reference inside values, each with the name of the input or output that holds it.</summary>
public static class LiteralReferences
{
    public static IEnumerable<(string Name, string Uri)> In(IEnumerable<NamedLiteral> literals) =>
        literals.SelectMany(l => In(l.Value), (l, uri) => (l.Name, uri));

    // Protobuf's own recursion limit (100) bounds the depth of what was parsed.
    private static IEnumerable<string> In(Literal? literal) => literal?.ValueCase switch
    {
        Literal.ValueOneofCase.Scalar => In(literal.Scalar),
        Literal.ValueOneofCase.Collection => literal.Collection.Literals.SelectMany(In),
        Literal.ValueOneofCase.Map => literal.Map.Literals.Values.SelectMany(In),
        Literal.ValueOneofCase.OffloadedMetadata => [literal.OffloadedMetadata.Uri],
        _ => [],
    };

    private static IEnumerable<string> In(Scalar scalar) => scalar.ValueCase switch
    {
        Scalar.ValueOneofCase.Blob => [scalar.Blob.Uri],
        Scalar.ValueOneofCase.Schema => [scalar.Schema.Uri],
        Scalar.ValueOneofCase.StructuredDataset => [scalar.StructuredDataset.Uri],
        Scalar.ValueOneofCase.Union => In(scalar.Union.Value),
        _ => [],
    };
}
