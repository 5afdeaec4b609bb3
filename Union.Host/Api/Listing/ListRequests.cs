using System.Security.Cryptography;
using Flyteidl2.Common;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Host.Api.Runs;
using CoreFilter = Union.Core.ControlPlane.Listing.Filter;
using WireFilter = Flyteidl2.Common.Filter;

namespace Union.Host.Api.Listing;

/// <summary>A list as it was asked for, and the name of the question, which seals the page tokens of its answer.</summary>
internal sealed record ListAsked(ListQuery Query, string Question)
{
    /// <summary>The token of the next page; empty after the last.</summary>
    public string TokenOf(Position? next) => next is null ? "" : PageTokens.Write(Question, next.At, next.Id);
}

/// <summary>Reads ListRequest: filters in both of their forms, order, size and place.</summary>
internal static class ListRequests
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    private static readonly string[] Keys = ["created_at", "deployed_at"];

    /// <param name="scope">What the list is about; a token of another scope, filter or order is refused.</param>
    /// <param name="newestFirst">The order where none is asked for.</param>
    public static ListAsked Read(ListRequest? request, IMessage scope, bool newestFirst)
    {
        request ??= new ListRequest();
        var filters = Filters(request.Filters).Concat(TextFilters.Read(request.RawFilters)).ToList();
        if (Sorting(request) is { } sort)
        {
            newestFirst = sort.Direction == Sort.Types.Direction.Descending;
        }

        var question = Question(request, scope, newestFirst);
        var after = PageTokens.Read(question, request.Token) is { } place ? new Position(place.First, place.Second) : null;
        var limit = (int)Math.Min(request.Limit, MaxPage);
        return new ListAsked(
            new ListQuery(limit == 0 ? DefaultPage : limit, filters, newestFirst, after), question);
    }

    public static IReadOnlyList<CoreFilter> Filters(IEnumerable<WireFilter> filters) =>
        [.. filters.Select(f => new CoreFilter((FilterFunction)f.Function, f.Field, Values(f)))];

    // The stock SDK passes the text of a single phase where a list is expected, so RECOVERED (10) arrives as "1", "0".
    private static IReadOnlyList<string> Values(WireFilter filter) =>
        filter is { Field: "phase", Values: ["1", "0"] } ? ["10"] : [.. filter.Values];

    private static Sort? Sorting(ListRequest request)
    {
#pragma warning disable CS0612 // The contract has a newer field for it, and stock clients still send this one.
        var older = request.SortBy;
#pragma warning restore CS0612
        var asked = request.SortByFields.Concat(older is null ? [] : [older]).Where(sort => sort.Key.Length > 0).ToList();
        return asked.TrueForAll(sort => Keys.Contains(sort.Key) && Enum.IsDefined(sort.Direction))
            ? asked.FirstOrDefault()
            : throw new UnionException(
                ErrorCode.InvalidArgument, "sort_invalid", "Lists are sorted by created_at only, one way or the other.",
                "Ask for created_at, ascending or descending, or for no order.");
    }

    private static string Question(ListRequest request, IMessage scope, bool newestFirst)
    {
        var asked = new ListRequest { Filters = { request.Filters }, RawFilters = { request.RawFilters } };
        byte[] bytes = [.. scope.ToByteArray(), 0, .. asked.ToByteArray(), newestFirst ? (byte)1 : (byte)0];
        return $"{scope.Descriptor.FullName}/{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }
}
