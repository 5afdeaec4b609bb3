using FluentValidation;
using Flyteidl2.Workflow;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// Records a call that the calling action made itself, with the reference to the outputs that it wrote; a later try of
/// the action finds it and need not make the call again. Answers the trace's name.
/// </summary>
public sealed record RecordTrace(string Name, string Group, string InputUri, TraceAction Trace)
    : IUseCase<string>, ITaskRequest;

internal sealed class RecordTraceValidator : AbstractValidator<RecordTrace>
{
    public RecordTraceValidator()
    {
        RuleFor(c => c.Name).ChildName();
        RuleFor(c => c.Group).GroupName();
        RuleFor(c => c.Trace.Name).Length(1, 255).WithMessage("A trace needs the name of what was called, at most 255 characters.");
        RuleFor(c => c.Trace.Phase).Must(p => ((ActionPhase)p).IsTerminal()).WithMessage("A trace has ended when it is recorded.");
        RuleFor(c => c.Trace.CalculateSize()).LessThanOrEqualTo(1 << 20).WithMessage("A trace may have 1 MiB.");
    }
}

internal sealed class RecordTraceHandler(ChildSubmission children, ActingTask task, ProjectFence fence)
    : IRequestHandler<RecordTrace, string>
{
    public async Task<string> Handle(RecordTrace request, CancellationToken cancellationToken)
    {
        var outputs = request.Trace.Outputs?.OutputUri ?? "";
        foreach (var (uri, what) in new[] { (request.InputUri, "the inputs"), (outputs, "the trace's outputs") })
        {
            if (uri.Length > 0)
            {
                fence.Resolve(task.Run.Scope, uri, what);
            }
        }

        var child = new EnqueueRequest
        {
            Name = request.Name,
            Group = request.Group,
            Kind = ChildKind.Trace,
            InputUri = request.InputUri,
            Trace = request.Trace.Clone(),
        };
        child.Trace.Spec = null;
        await children.EnqueueAsync(
            child, new TraceAction { Name = request.Trace.Name, Spec = request.Trace.Spec }, cancellationToken);
        return request.Name;
    }
}
