using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Secret;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Union.Contracts.Data.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Host.Forwarding;
using Route = Union.Host.Api.Route;

namespace Union.Host.Relaying;

/// <summary>
/// Which cluster gets a call that came without <c>/dp/</c>: the one in the header, which clients of plain gRPC can send
/// though they cannot carry a path; else the cluster of the run in the request; else the org's only one.
/// </summary>
internal sealed partial class RelayRouting(IClusterDirectory clusters)
{
    public const string ClusterHeader = "union-cluster";

    private static readonly FrozenDictionary<string, RunOfMessage> ByPath =
        new[]
        {
            RunService.Descriptor, RunLogsService.Descriptor, DataProxyService.Descriptor, SecretService.Descriptor,
            LinkService.Descriptor,
        }.SelectMany(service => service.Methods)
            .ToFrozenDictionary(m => $"/{m.Service.FullName}/{m.Name}", m => new RunOfMessage(m.InputType));

    public async Task<string> FindAsync(HttpContext context, Principal caller, Route route)
    {
        if (context.Request.Headers.TryGetValue(ClusterHeader, out var named))
        {
            return ClusterPattern().IsMatch(named.ToString()) ? named.ToString() : throw new UnionException(
                ErrorCode.NotFound, "cluster_unknown", "There is no such cluster.");
        }

        var run = ByPath.TryGetValue(route.Path, out var reader) && reader.CanFind
            ? Find(context.Request, reader, await FirstMessage.PeekAsync(context.Request, context.RequestAborted))
            : null;
        return await clusters.RouteAsync(
            caller.Org, run is null ? null : new RunId(caller.Org, run.Project, run.Domain, run.Name), context.RequestAborted);
    }

    private static RunIdentifier? Find(HttpRequest request, RunOfMessage reader, ReadOnlyMemory<byte> message)
    {
        try
        {
            if (!RpcContent.Bare(request.ContentType ?? "").EndsWith("json", StringComparison.Ordinal))
            {
                return reader.Find(message);
            }

            using var json = JsonDocument.Parse(message);
            return reader.FindJson(json.RootElement);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or JsonException)
        {
            // The cluster says what is wrong with it.
            return null;
        }
    }

    [GeneratedRegex(@"\A[a-z0-9-]{1,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClusterPattern();
}
