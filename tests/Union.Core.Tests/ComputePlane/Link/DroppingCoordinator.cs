using System.Threading.Channels;
using Flyteidl2.Common;
using Google.Protobuf;
using Grpc.Core;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.Tests.ControlPlane;
using Assignment = Union.Contracts.Cluster.V1.Assignment;
using AttemptEvent = Union.Contracts.Cluster.V1.AttemptEvent;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>Answers a cluster from a control plane beside it, and can acknowledge an event that it has thrown away.</summary>
internal sealed class DroppingCoordinator(ControlPlaneFixture plane) : Coordinator.CoordinatorClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Channel<WirePhase> _committed = Channel.CreateUnbounded<WirePhase>();
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WirePhase? _drop;
    private int _reconciliations;

    /// <summary>Called within each report, before it is answered.</summary>
    public event System.Action? Reporting;

    public int Reconciliations => Volatile.Read(ref _reconciliations);

    /// <summary>The next event of this phase is acknowledged and never applied.</summary>
    public void Drop(WirePhase phase) => _drop = phase;

    public Task DroppedAsync() => _dropped.Task.WaitAsync(Patience, ControlPlaneFixture.Cancel);

    public async Task CommittedAsync(WirePhase phase)
    {
        while (await _committed.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience) != phase)
        {
            // An earlier one.
        }
    }

    public override AsyncUnaryCall<HelloResponse> HelloAsync(HelloRequest request, CallOptions options) =>
        Answer(async () =>
        {
            var session = await plane.HelloAsync((long)request.LastEvent, [.. request.Held.Select(ToKey)]);
            var response = new HelloResponse
            {
                MinorVersion = request.MinorVersions[0],
                Session = session.Session,
                AckedEvent = (ulong)session.AckedEvent,
            };
            response.End.AddRange(session.End.Select(ToRef));
            return response;
        }, options);

    public override AsyncUnaryCall<LeaseResponse> LeaseAsync(LeaseRequest request, CallOptions options) =>
        Answer(async () =>
        {
            var work = await plane.AsClusterAsync(new LeaseWork(
                request.Session, (int)request.Free, request.Wait.ToTimeSpan(), [.. request.Ended.Select(ToKey)])
            {
                Children = (int)request.Children,
            });
            var response = new LeaseResponse();
            response.End.AddRange(work.End.Select(ToRef));
            response.Assignments.AddRange(work.Assignments.Select(a => new Assignment
            {
                Ref = ToRef(a.Key),
                ActionId = new ActionIdentifier
                {
                    Run = new RunIdentifier { Org = a.Run.Org, Project = a.Run.Project, Domain = a.Run.Domain, Name = a.Run.Name },
                    Name = a.Action.Name,
                },
                Attempt = (uint)a.Action.Attempt,
                TaskProjection = ByteString.CopyFrom(a.TaskProjection.Span),
            }));
            return response;
        }, options);

    public override AsyncUnaryCall<ReportResponse> ReportAsync(ReportRequest request, CallOptions options) =>
        Answer(async () =>
        {
            var dropped = request.Events.FirstOrDefault(e => e.Phase == _drop);
            var result = await plane.AsClusterAsync(new ReportEvents(
                request.Session, [.. request.Events.Select(e => ToEvent(e, e == dropped ? Nobody : ToKey(e.Ref)))]));
            Reporting?.Invoke();
            foreach (var e in request.Events.Where(e => e != dropped))
            {
                _committed.Writer.TryWrite(e.Phase);
            }

            if (dropped is not null)
            {
                _drop = null;
                _dropped.TrySetResult();
            }

            return new ReportResponse { AckedSequence = (ulong)result.AckedSequence };
        }, options);

    public override AsyncUnaryCall<ReconcileResponse> ReconcileAsync(ReconcileRequest request, CallOptions options) =>
        Answer(async () =>
        {
            var result = await plane.AsClusterAsync(new ReconcileAttempts(
                request.Session, (long)request.LastEvent, [.. request.Held.Select(ToKey)]));
            var response = new ReconcileResponse { Lost = (uint)result.Lost };
            response.End.AddRange(result.End.Select(ToRef));
            Interlocked.Increment(ref _reconciliations);
            return response;
        }, options);

    private static AttemptKey Nobody { get; } = new("01890000-0000-7000-8000-000000000000", 1);

    private static AsyncUnaryCall<T> Answer<T>(Func<Task<T>> call, CallOptions options)
    {
        return new AsyncUnaryCall<T>(
            AnswerAsync(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        async Task<T> AnswerAsync()
        {
            try
            {
                return await Task.Run(call).WaitAsync(options.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new Status(StatusCode.Cancelled, ""));
            }
            catch (UnionException e)
            {
                throw new RpcException(new Status(StatusCode.Aborted, e.Message));
            }
        }
    }

    private static Core.ControlPlane.Runs.AttemptEvent ToEvent(AttemptEvent e, AttemptKey key) => new(
        (long)e.Sequence, key, e.At.ToDateTimeOffset(), (Core.Boundary.ActionPhase)e.Phase, e.ErrorCode,
        (long)e.ErrorKind, e.Recoverable, e.ErrorPrivate, e.OutputUri, e.ReportUri);

    private static AttemptKey ToKey(AttemptRef key) => new(key.AttemptUid, key.Fence);

    private static AttemptRef ToRef(AttemptKey key) => new() { AttemptUid = key.Uid, Fence = key.Fence };
}
