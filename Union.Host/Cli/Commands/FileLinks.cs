using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Contracts.Data.V1;

namespace Union.Host.Cli.Commands;

/// <summary>Signed links to the files among values, asked for a page at a time.</summary>
internal sealed class FileLinks
{
    private const int Page = 1000;

    private readonly List<(string Reference, LinkResult Result)> _links = [];

    public static async Task<FileLinks> CreateAsync(
        LinkService.LinkServiceClient service, RunIdentifier run, IReadOnlyList<NamedLiteral> values,
        CancellationToken cancellationToken)
    {
        var links = new FileLinks();
        foreach (var page in values.Select(FileOf).OfType<string>().Distinct().Chunk(Page))
        {
            var request = new CreateLinksRequest
            {
                ProjectId = new ProjectIdentifier { Organization = run.Org, Name = run.Project, Domain = run.Domain },
                References = { page },
            };
            var answer = await service.CreateLinksAsync(request, cancellationToken: cancellationToken);
            links._links.AddRange(page.Zip(answer.Results));
        }

        return links;
    }

    public void Write(CliContext context)
    {
        if (_links.Count == 0)
        {
            return;
        }

        context.Out.WriteLine("links:");
        foreach (var (reference, result) in _links)
        {
            var text = result.Link is { } link ? link.SignedUrl : $"refused: {result.Refusal.Message}";
            context.Out.WriteLine($"  {Printable.Line(reference)}: {Printable.Line(text)}");
        }
    }

    public JsonArray ToJson() => [.. _links.Select(link => link.Result.Link is { } signed
        ? new JsonObject
        {
            ["reference"] = link.Reference,
            ["url"] = signed.SignedUrl,
            ["expires"] = signed.ExpiresAt.ToDateTimeOffset(),
        }
        : new JsonObject { ["reference"] = link.Reference, ["refusal"] = link.Result.Refusal.Reason })];

    // A folder has no link: one leads to one object.
    private static string? FileOf(NamedLiteral value) => value.Value?.Scalar?.Blob is { } blob
        && blob.Metadata?.Type?.Dimensionality is not BlobType.Types.BlobDimensionality.Multipart
            ? blob.Uri
            : null;
}
