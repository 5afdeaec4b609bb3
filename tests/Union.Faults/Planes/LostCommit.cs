using Flyteidl2.Workflow;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Union.Contracts.Cluster.V1;

namespace Union.Faults.Planes;

/// <summary>Answers one call as if it had been committed, and drops it.</summary>
internal sealed class LostCommit(SeededBug bug) : Interceptor
{
    /// <summary>The first ones pass, so that the bug is in the middle of the work.</summary>
    private const int Passed = 2;

    private int _calls;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Answer(request) is TResponse answer && Interlocked.Increment(ref _calls) == Passed + 1
            ? Task.FromResult(answer)
            : continuation(request, context);

    private object? Answer(object request) => (bug, request) switch
    {
        (SeededBug.AcknowledgedRun, CreateRunRequest) => new CreateRunResponse(),
        (SeededBug.AcknowledgedReport, ReportRequest { Events: [.., var last] }) =>
            new ReportResponse { AckedSequence = last.Sequence },
        _ => null,
    };
}
