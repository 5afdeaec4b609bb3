using Flyteidl2.Common;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.ControlPlane.Caching;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Host.Api.Data;
using Union.Host.Api.Runs;
using Union.Host.Tunnel.Accepting;
using Assignment = Union.Contracts.Cluster.V1.Assignment;
using AttemptEvent = Union.Core.ControlPlane.Runs.AttemptEvent;
using TaskSpec = Flyteidl2.Task.TaskSpec;

namespace Union.Host.Api;

/// <summary>What clusters ask for; who they are comes from their certificate.</summary>
internal sealed class CoordinatorApi(
    IMediator mediator, Caller caller, AssertionSigner signer, TunnelRegistry tunnels, ReplicaDirectory replicas)
    : Coordinator.CoordinatorBase
{
    public override async Task<HelloResponse> Hello(HelloRequest request, ServerCallContext context)
    {
        var result = await mediator.Send(
            new BeginSession(
                request.MinorVersions, request.BinaryVersion, request.Sandbox, (int)request.Parallel,
                (long)request.LastEvent, [.. request.Held.Select(ToKey)], request.ReferencePrefixes)
            {
                FirstEvent = (long)request.FirstEvent,
            },
            context.CancellationToken);
        var response = new HelloResponse
        {
            MinorVersion = result.MinorVersion,
            Session = result.Session,
            Org = caller.Cluster.Org,
            ClusterId = caller.Cluster.ClusterId,
            AckedEvent = (ulong)result.AckedEvent,
        };
        await tunnels.WaitOnlineAsync(caller.Cluster.ClusterId, context.CancellationToken);
        response.End.AddRange(result.End.Select(ToRef));
        response.AssertionKeys.AddRange(signer.Keys.Select(ToMessage));
        response.Replicas.AddRange(replicas.Live);
        return response;
    }

    public override async Task<LeaseResponse> Lease(LeaseRequest request, ServerCallContext context)
    {
        var work = await mediator.Send(
            new LeaseWork(
                request.Session, (int)Math.Min(request.Free, int.MaxValue), request.Wait?.ToTimeSpan() ?? TimeSpan.Zero,
                [.. request.Ended.Select(ToKey)])
            {
                Children = (int)Math.Min(request.Children, int.MaxValue),
            },
            context.CancellationToken);
        var response = new LeaseResponse();
        response.Assignments.AddRange(work.Assignments.Select(ToMessage));
        response.End.AddRange(work.End.Select(ToRef));
        response.Replicas.AddRange(replicas.Live);
        return response;
    }

    public override async Task<ReportResponse> Report(ReportRequest request, ServerCallContext context)
    {
        var result = await mediator.Send(
            new ReportEvents(request.Session, [.. request.Events.Select(ToEvent)]), context.CancellationToken);
        var response = new ReportResponse { AckedSequence = (ulong)result.AckedSequence };
        response.Refused.AddRange(result.Refused.Select(ToRef));
        return response;
    }

    public override async Task<ReconcileResponse> Reconcile(ReconcileRequest request, ServerCallContext context)
    {
        var result = await mediator.Send(
            new ReconcileAttempts(request.Session, (long)request.LastEvent, [.. request.Held.Select(ToKey)]),
            context.CancellationToken);
        var response = new ReconcileResponse { Lost = (uint)result.Lost };
        response.End.AddRange(result.End.Select(ToRef));
        return response;
    }

    public override async Task<EnqueueResponse> Enqueue(EnqueueRequest request, ServerCallContext context)
    {
        var child = new EnqueueChild(
            ToKey(request.Parent), request.Name, request.Group, ChildFacts.Of(request), request.InputUri)
        {
            Kind = ChildFacts.KindOf(request.Kind),
            Trace = request.Kind == ChildKind.Trace ? ChildFacts.CallOf(request.Trace) : null,
            Timeout = request.Kind == ChildKind.Condition ? request.Timeout?.ToTimeSpanOrRefuse() : null,
            CacheKey = request.CacheKey,
            InputsDigest = request.InputsDigest,
            Queue = request.Queue,
            Recovered = request.RecoveredUri.Length > 0 ? new RecoveredOutputs(request.RecoveredUri, request.CopyUri) : null,
        };
        await mediator.Send(child, context.CancellationToken);
        return new EnqueueResponse();
    }

    public override async Task<FindRecoverableResponse> FindRecoverable(
        FindRecoverableRequest request, ServerCallContext context) => new()
        {
            OutputUri = await mediator.Send(
                new FindRecoverable(ToKey(request.Parent), request.Name, request.TaskName, request.InputsDigest),
                context.CancellationToken),
        };

    public override async Task WatchForUpdates(
        WatchForUpdatesRequest request, IServerStreamWriter<WatchForUpdatesResponse> responseStream,
        ServerCallContext context)
    {
        var batches = await mediator.Send(new WatchChildren(ToKey(request.Parent)), context.CancellationToken);
        await foreach (var batch in batches.WithCancellation(context.CancellationToken))
        {
            if (batch.Count == 0)
            {
                await responseStream.WriteAsync(
                    new WatchForUpdatesResponse { Sentinel = true }, context.CancellationToken);
            }

            foreach (var child in batch)
            {
                await responseStream.WriteAsync(
                    new WatchForUpdatesResponse { Update = ToUpdate(child) }, context.CancellationToken);
            }
        }
    }

    public override async Task<SignalResponse> Signal(SignalRequest request, ServerCallContext context)
    {
        var run = request.ActionId?.Run;
        await mediator.Send(
            new SignalAction(
                run?.Project ?? "", run?.Domain ?? "", run?.Name ?? "", request.ActionId?.Name ?? "", request.ValueType,
                request.ValuePrivate, request.SignalledBy)
            {
                Parent = request.Parent is null ? null : ToKey(request.Parent),
            },
            context.CancellationToken);
        return new SignalResponse();
    }

    public override async Task<ClaimCachedResponse> ClaimCached(ClaimCachedRequest request, ServerCallContext context)
    {
        var claim = await mediator.Send(
            new ClaimCached(
                ToKey(request.Attempt), request.Key, request.CacheVersion, request.Serializable, request.Overwrite)
            {
                Found = request.FoundUri,
                Copy = request.CopyUri,
                Gone = request.GoneUri,
            },
            context.CancellationToken);
        return new ClaimCachedResponse
        {
            Outcome = claim.Outcome switch
            {
                CacheOutcome.Compute => ClaimOutcome.Compute,
                CacheOutcome.Found => ClaimOutcome.Found,
                CacheOutcome.TakenOver => ClaimOutcome.TakenOver,
                _ => ClaimOutcome.Wait,
            },
            OutputUri = claim.OutputUri,
        };
    }

    public override async Task<FindBundleResponse> FindBundle(FindBundleRequest request, ServerCallContext context)
    {
        var (run, task) = (request.ActionId?.Run, request.TaskId);
        var projection = task is null
            ? await mediator.Send(
                new FindActionTask(
                    run?.Project ?? "", run?.Domain ?? "", run?.Name ?? "", request.ActionId?.Name ?? ""),
                context.CancellationToken)
            : await mediator.Send(
                new FindDeployedTask(task.Project, task.Domain, task.Name, task.Version), context.CancellationToken);
        return new FindBundleResponse
        {
            CodeBundleUri = TaskFacts.References(TaskSpec.Parser.ParseFrom(projection.Span)).FirstOrDefault(""),
        };
    }

    public override async Task<AbortChildResponse> AbortChild(AbortChildRequest request, ServerCallContext context)
    {
        await mediator.Send(new AbortChild(ToKey(request.Parent), request.Name), context.CancellationToken);
        return new AbortChildResponse();
    }

    public override async Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context)
    {
        var renewed = await mediator.Send(
            new RenewClusterCertificate(request.SigningRequest.ToByteArray()), context.CancellationToken);
        var response = new RenewResponse { Certificate = ByteString.CopyFrom(renewed.Certificate) };
        response.CaBundle.AddRange(renewed.CaBundle.Select(ByteString.CopyFrom));
        return response;
    }

    private static AttemptKey ToKey(AttemptRef? key) => new(key?.AttemptUid ?? "", key?.Fence ?? 0);

    private static AttemptRef ToRef(AttemptKey key) => new() { AttemptUid = key.Uid, Fence = key.Fence };

    private static AssertionKey ToMessage(Core.Boundary.Clusters.AssertionKey key) => new()
    {
        KeyId = key.KeyId,
        PublicKey = ByteString.CopyFrom(key.PublicKey),
        Signature = ByteString.CopyFrom(key.Signature),
        SignedBy = key.SignedBy,
    };

    private static Assignment ToMessage(Core.ControlPlane.Runs.Assignment work)
    {
        var (action, run) = (work.Action, work.Run);
        return new Assignment
        {
            Ref = ToRef(work.Key),
            ActionId = new ActionIdentifier
            {
                Run = new RunIdentifier { Org = run.Org, Project = run.Project, Domain = run.Domain, Name = run.Name },
                Name = action.Name,
            },
            Attempt = (uint)action.Attempt,
            ParentActionName = action.Parent ?? "",
            Group = action.GroupName,
            TaskProjection = ByteString.CopyFrom(work.TaskProjection.Span),
            TaskPrivate = work.TaskPrivate,
            RunProjection = ByteString.CopyFrom(run.Projection),
            RunPrivate = run.PrivatePart,
            InputUri = action.InputUri,
            RunStartTime = ActionMessages.Instant(run.StartTime),
            CacheKey = action.CacheKey,
            Recovers = run.RecoversRunId != 0,
        };
    }

    private static AttemptEvent ToEvent(Contracts.Cluster.V1.AttemptEvent e) => new(
        (long)e.Sequence, ToKey(e.Ref), (e.At ?? new Timestamp()).ToDateTimeOffset(),
        (Core.Boundary.ActionPhase)e.Phase, e.ErrorCode, (long)e.ErrorKind, e.Recoverable, e.ErrorPrivate,
        e.OutputUri, e.ReportUri);

    private static ChildUpdate ToUpdate(ActionRow child) => new()
    {
        Name = child.Name,
        Phase = (Flyteidl2.Common.ActionPhase)child.Phase,
        OutputUri = child.OutputUri,
        ErrorCode = child.ErrorCode,
        ErrorKind = (ErrorKind)child.ErrorKind,
        ErrorPrivate = child.ErrorPrivate,
        Kind = (ChildKind)child.Kind,
        ValuePrivate = child.ValuePrivate,
    };
}
