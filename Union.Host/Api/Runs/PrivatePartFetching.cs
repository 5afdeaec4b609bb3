using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

internal static class PrivatePartFetching
{
    /// <summary>
    /// The parts for one answer, empty ones when the cluster is away; the header <c>union-partial</c> then says so.
    /// </summary>
    public static async Task<IReadOnlyList<byte[]>> FetchAsync(
        this IPrivateParts parts, string clusterId, ProjectScope scope, IReadOnlyList<string> digests,
        ServerCallContext context)
    {
        var found = await parts.TryGetAsync(clusterId, scope, digests, context.CancellationToken);
        if (found is not null)
        {
            return found;
        }

        await context.SayPartialAsync();
        return [.. digests.Select(_ => Array.Empty<byte>())];
    }

    /// <summary>Says in the answer's header that it lacks what the cluster keeps.</summary>
    public static async Task SayPartialAsync(this ServerCallContext context)
    {
        // A watch may already have sent its headers; its next message then simply lacks the text.
        if (!context.GetHttpContext().Response.HasStarted)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "union-partial", "cluster_offline" } });
        }
    }
}
