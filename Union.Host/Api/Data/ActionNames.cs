using Flyteidl2.Common;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Boundary;

namespace Union.Host.Api.Data;

/// <summary>The names in a wire identifier, "" where one is absent; validators judge them. The org is the caller's.</summary>
internal sealed record ActionNames(string Project, string Domain, string Run, string Action, int Attempt)
{
    public static ActionNames Read(ActionIdentifier? id, uint attempt = 0) => new(
        id?.Run?.Project ?? "", id?.Run?.Domain ?? "", id?.Run?.Name ?? "", id?.Name ?? "",
        (int)Math.Min(attempt, int.MaxValue));

    public static ActionNames Read(ActionAttemptIdentifier? id) => Read(id?.ActionId, id?.Attempt ?? 0);
}

internal static class WireDurations
{
    // ToTimeSpan throws for a message that is out of range or not normalised.
    public static TimeSpan ToTimeSpanOrRefuse(this Duration duration)
    {
        try
        {
            return duration.ToTimeSpan();
        }
        catch (Exception e) when (e is InvalidOperationException or OverflowException)
        {
            throw new UnionException(ErrorCode.InvalidArgument, "request_invalid", "A duration is out of range.");
        }
    }
}
