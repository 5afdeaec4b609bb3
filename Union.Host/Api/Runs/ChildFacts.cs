using Flyteidl2.Core;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Projections;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;

namespace Union.Host.Api.Runs;

/// <summary>
/// What the control plane keeps of a child, whatever it is. A cluster sends a projection already; splitting it again
/// drops what a newer or lying one may have left in it.
/// </summary>
internal static class ChildFacts
{
    public const string TraceType = "trace";
    public const string ConditionType = "condition";

    public static NewTask Of(EnqueueRequest request)
    {
        switch (KindOf(request.Kind))
        {
            case ActionKind.Trace:
                var trace = TraceAction.Parser.ParseFrom(request.TaskProjection);
                return new NewTask(trace.Name, "", trace.Name, TraceType, Kept(trace), request.TaskPrivate, 0);
            case ActionKind.Condition:
                var condition = ConditionAction.Parser.ParseFrom(request.TaskProjection);
                return new NewTask(
                    condition.Name, ValueTypeOf(condition), condition.Name, ConditionType, Kept(condition), request.TaskPrivate, 0);
            default:
                var spec = TaskSpec.Parser.ParseFrom(request.TaskProjection);
                return TaskFacts.Of(spec, Kept(spec), request.TaskPrivate);
        }
    }

    public static ActionKind KindOf(ChildKind kind) => kind switch
    {
        ChildKind.Unspecified or ChildKind.Task => ActionKind.Task,
        ChildKind.Trace => ActionKind.Trace,
        ChildKind.Condition => ActionKind.Condition,
        _ => throw new UnionException(ErrorCode.InvalidArgument, "child_kind", $"There is no kind of child {(int)kind}."),
    };

    /// <summary>A trace without times took none: it is recorded where it ended.</summary>
    public static TracedCall CallOf(TraceAction? trace)
    {
        var ended = trace?.EndTime ?? trace?.StartTime ?? new Timestamp();
        return new TracedCall(
            (ActionPhase)(trace?.Phase ?? 0), ToInstant(trace?.StartTime ?? ended), ToInstant(ended),
            trace?.Outputs?.OutputUri ?? "");
    }

    private static DateTimeOffset ToInstant(Timestamp time)
    {
        try
        {
            return time.ToDateTimeOffset();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new UnionException(ErrorCode.InvalidArgument, "request_invalid", "A time of the trace is out of range.");
        }
    }

    // The word under which a signal's type is compared; empty where the condition takes any.
    private static string ValueTypeOf(ConditionAction condition) =>
        condition.Type is { TypeCase: LiteralType.TypeOneofCase.Simple, Simple: not SimpleType.None and var simple }
            ? simple.ToString()
            : "";

    private static ReadOnlyMemory<byte> Kept(IMessage message) => SplitMessage.Of(message).Projection;
}
