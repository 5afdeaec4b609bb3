using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Authoring;

namespace Union.Host.Cli;

/// <summary>Inputs and outputs as lines for people.</summary>
internal static class LiteralLines
{
    public static void Write(CliContext context, string title, IReadOnlyCollection<NamedLiteral> values, string fetch)
    {
        if (values.Count == 0)
        {
            return;
        }

        context.Out.WriteLine($"{title}:");
        foreach (var value in values)
        {
            context.Out.WriteLine($"  {Printable.Line(value.Name)} = {TextOf(value, fetch)}");
        }
    }

    private static string TextOf(NamedLiteral value, string fetch) => value.Value?.Scalar switch
    {
        { Primitive: not null } or { Generic: not null } => Printable.Line(LiteralText.Format(value.Value)),
        { Blob.Metadata.Type.Dimensionality: BlobType.Types.BlobDimensionality.Multipart } blob =>
            $"folder {Printable.Line(blob.Blob.Uri)}",
        { Blob: { } blob } when fetch.Length == 0 => $"file {Printable.Line(blob.Uri)}",
        { Blob: not null } => $"file (union output {fetch} {Printable.Line(value.Name)})",
        _ => "(no text form)",
    };
}
