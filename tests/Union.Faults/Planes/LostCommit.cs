using Flyteidl2.Workflow;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Union.Faults.Planes;

/// <summary>Answers one creation of a run as if it had been committed, and drops it.</summary>
internal sealed class LostCommit : Interceptor
{
    /// <summary>The first ones pass, so that the bug is in the middle of the work.</summary>
    private const int Passed = 2;

    private int _calls;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        request is CreateRunRequest && Interlocked.Increment(ref _calls) == Passed + 1
            ? Task.FromResult((TResponse)(object)new CreateRunResponse())
            : continuation(request, context);
}
