using FluentValidation;
using Flyteidl2.Task;
using Google.Protobuf;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Children;

/// <summary>An input that is an output of a child that has succeeded.</summary>
public sealed record OutputAsInput(string Input, string Child, string Output);

/// <summary>
/// Starts a child of the calling task. Task and inputs stay in the customer's store; the control plane learns of the
/// projection and of references. Answers the child's name.
/// </summary>
public sealed record EnqueueChild(
    string Name, string Group, TaskSpec Task, Inputs Inputs, IReadOnlyList<OutputAsInput> OutputsAsInputs)
    : IUseCase<string>, ITaskRequest;

internal sealed class EnqueueChildValidator : AbstractValidator<EnqueueChild>
{
    public EnqueueChildValidator()
    {
        RuleFor(c => c.Name).Must(n => Names.IsAction(n) && n != Names.RootAction)
            .WithMessage("A child's name has 1 to 63 lower-case letters and digits, dashes between them, and is not a0.");
        RuleFor(c => c.Group).MaximumLength(63).WithMessage("A group may have 63 characters.");
        RuleFor(c => c.Task.CalculateSize()).LessThanOrEqualTo(1 << 20).WithMessage("A task may have 1 MiB.");
    }
}

internal sealed class EnqueueChildHandler(
    ChildSubmission children, ActingTask task, ChildOutputs outputs, PrivateParts privateParts, IObjectStore objects,
    ObjectLayout layout, ProjectFence fence, ContentDigests contents, KeyedDigest digests)
    : IRequestHandler<EnqueueChild, string>
{
    public async Task<string> Handle(EnqueueChild request, CancellationToken cancellationToken)
    {
        var inputs = await CollectInputsAsync(request, cancellationToken);
        var key = layout.ActionInputs(new ActionId(task.Run, request.Name));
        using var content = new MemoryStream(inputs.ToByteArray());
        await objects.PutAsync(key, content, PutMode.Replace, cancellationToken);

        var spec = await WithParentsBundleAsync(request.Task, cancellationToken);
        var child = new EnqueueRequest
        {
            Name = request.Name,
            Group = request.Group,
            Kind = ChildKind.Task,
            InputUri = objects.ReferenceTo(key).ToString(),
            InputsDigest = digests.Of(
                task.Run.Org, (await contents.NamedByContentAsync(task.Run.Scope, inputs, cancellationToken)).ToByteArray()),
        };
        await children.EnqueueAsync(child, spec, cancellationToken);
        return request.Name;
    }

    private async Task<Inputs> CollectInputsAsync(EnqueueChild request, CancellationToken cancellationToken)
    {
        var inputs = request.Inputs.Clone();
        foreach (var blob in inputs.Literals.Select(l => l.Value?.Scalar?.Blob).OfType<Flyteidl2.Core.Blob>())
        {
            fence.Resolve(task.Run.Scope, blob.Uri, "a file");
        }

        foreach (var reference in request.OutputsAsInputs)
        {
            inputs.Literals.Add(new NamedLiteral
            {
                Name = reference.Input,
                Value = await outputs.FindAsync(reference.Child, reference.Output, cancellationToken),
            });
        }

        return inputs;
    }

    // A child runs on the code its parent was given: a task cannot bring in a bundle that nobody submitted.
    private async Task<TaskSpec> WithParentsBundleAsync(TaskSpec child, CancellationToken cancellationToken)
    {
        var assignment = task.Assignment;
        var privatePart = await privateParts.GetAsync(task.Run.Scope, assignment.TaskPrivate, cancellationToken);
        var parent = TaskSpec.Parser.ParseFrom((byte[])[.. assignment.TaskProjection.Span, .. privatePart]);
        var spec = child.Clone();
        spec.TaskTemplate ??= new Flyteidl2.Core.TaskTemplate();
        spec.TaskTemplate.Metadata ??= new Flyteidl2.Core.TaskMetadata();
        spec.TaskTemplate.Metadata.CodeBundleUri = parent.TaskTemplate?.Metadata?.CodeBundleUri ?? "";
        return spec;
    }
}
