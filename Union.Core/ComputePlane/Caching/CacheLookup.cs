using Flyteidl2.Task;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Caching;

/// <summary>
/// Asks, before an attempt of a cacheable task starts, whether there is a result already. The key is made here of inputs
/// that the control plane never sees, and an answer counts only while the outputs behind it are in the store.
/// </summary>
public sealed partial class CacheLookup(
    Coordinator.CoordinatorClient coordinator, CacheKeys keys, ActionInputs inputs, ContentDigests contents,
    OutputsCopy outputs, ILogger<CacheLookup> logger)
{
    /// <summary>Results that were replaced while they were copied; more than a few in a row is no coincidence.</summary>
    private const int MaxRounds = 5;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    /// <summary>False when the attempt is not to start: its action has its result, waits, or is somebody else's by now.</summary>
    public async System.Threading.Tasks.Task<bool> MayStartAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        if (!TryParse(assignment.TaskProjection, TaskSpec.Parser, out var task)
            || task.TaskTemplate?.Metadata is not { Discoverable: true } metadata
            || await KeyAsync(assignment, task, cancellationToken) is not { } key)
        {
            return true;
        }

        var request = new ClaimCachedRequest
        {
            Attempt = assignment.Ref,
            Key = key,
            CacheVersion = metadata.DiscoveryVersion,
            Serializable = metadata.CacheSerializable,
            Overwrite = TryParse(assignment.RunProjection, RunSpec.Parser, out var run) && IsOverwriting(run),
        };
        try
        {
            return await ClaimAsync(assignment, request, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // A control plane of the minor before keeps no results.
            return true;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotClaimed(assignment.Ref.AttemptUid, e.StatusCode);
            return false;
        }
        catch (ObjectStoreException e)
        {
            LogNotRead(assignment.Ref.AttemptUid, e);
            return true;
        }
    }

    private async System.Threading.Tasks.Task<bool> ClaimAsync(
        Assignment assignment, ClaimCachedRequest request, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var answer = await coordinator.ClaimCachedAsync(
                request, deadline: CallDeadline.In(CallTimeout), cancellationToken: cancellationToken);
            if (answer.Outcome != ClaimOutcome.Found)
            {
                return answer.Outcome == ClaimOutcome.Compute;
            }

            var copy = await outputs.TryMakeAsync(assignment.Id(), answer.OutputUri, cancellationToken);
            request.FoundUri = copy is null ? "" : answer.OutputUri;
            request.CopyUri = copy?.ToString() ?? "";
            request.GoneUri = copy is null ? answer.OutputUri : "";
        }

        return true;
    }

    // Null where the inputs cannot be read: the attempt then fails for it, and says so.
    private async Task<string?> KeyAsync(Assignment assignment, TaskSpec task, CancellationToken cancellationToken)
    {
        var id = assignment.Id();
        try
        {
            var read = await inputs.ReadAsync(
                id.Action, assignment.InputUri, assignment.Due(), fileNeeded: false, cancellationToken);
            return assignment.CacheKey.Length > 0
                ? assignment.CacheKey
                : keys.OfInputs(
                    id.Action.Run.Scope, task,
                    await contents.NamedByContentAsync(id.Action.Run.Scope, read, cancellationToken));
        }
        catch (Exception e) when (e is UnionException or ObjectStoreException or InvalidProtocolBufferException)
        {
            LogNotRead(assignment.Ref.AttemptUid, e);
            return null;
        }
    }

#pragma warning disable CS0612 // Clients of before cache_config send this field alone.
    private static bool IsOverwriting(RunSpec run) => run.OverwriteCache || run.CacheConfig is { OverwriteCache: true };
#pragma warning restore CS0612

    private static bool TryParse<T>(ByteString bytes, MessageParser<T> parser, out T message)
        where T : IMessage<T>, new()
    {
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = new T();
            return false;
        }
    }

    [LoggerMessage(2060, LogLevel.Warning,
        "Attempt {AttemptUid} was not started: its cached result could not be asked for ({Status}); it returns to the queue")]
    private partial void LogNotClaimed(string attemptUid, StatusCode status);

    [LoggerMessage(2061, LogLevel.Warning, "The cached result of attempt {AttemptUid} was not looked up; it is computed")]
    private partial void LogNotRead(string attemptUid, Exception exception);
}
