using Flyteidl2.Common;
using Flyteidl2.Project;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Projects;
using Union.Host.Api.Listing;
using Union.Host.Api.Runs;

namespace Union.Host.Api.Projects;

/// <summary>A list of projects as it was asked for: filters as text, and an order that other lists do not have.</summary>
internal sealed record ProjectListRequest(ListProjects List, string Question)
{
    private const int MaxPage = 1000;

    public string TokenOf(ProjectPage page) => page.Next is { } next ? PageTokens.Write(Question, next, 0) : "";

    public static ProjectListRequest Read(ListProjectsRequest request)
    {
        var question = $"projects/{request.Filters}/{request.SortBy}";
        var offset = PageTokens.Read(question, request.Token)?.First ?? 0;
        var limit = request.Limit is 0 or > MaxPage ? MaxPage : (int)request.Limit;
        var order = request.SortBy?.Key switch
        {
            null or "" => ProjectOrder.Name,
            "name" or "id" or "identifier" => ProjectOrder.Name,
            "created_at" => ProjectOrder.CreatedAt,
            _ => throw new UnionException(
                ErrorCode.InvalidArgument, "sort_invalid", "Projects are sorted by name or created_at only."),
        };
        var descending = request.SortBy is { Key.Length: > 0, Direction: Sort.Types.Direction.Descending };
        return new ProjectListRequest(
            new ListProjects(
                [.. TextFilters.Read(request.Filters)], order, descending, limit, (int)Math.Min(offset, int.MaxValue)),
            question);
    }
}
