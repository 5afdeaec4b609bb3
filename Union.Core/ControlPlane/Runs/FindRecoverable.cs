using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Before a cluster enqueues a child in a run that recovers another one: where the outputs are that the child may take
/// over. Empty when it has to run.
/// </summary>
/// <param name="InputsDigest">The cluster's keyed digest of the child's inputs.</param>
public sealed record FindRecoverable(AttemptKey Parent, string Name, string TaskName, string InputsDigest)
    : IUseCase<string>, IClusterRequest;

internal sealed class FindRecoverableValidator : AbstractValidator<FindRecoverable>
{
    public FindRecoverableValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsAction).WithMessage("The action's name is malformed.");
    }
}

internal sealed class FindRecoverableHandler(MetadataDatabase database, Caller caller) : IRequestHandler<FindRecoverable, string>
{
    public Task<string> Handle(FindRecoverable request, CancellationToken cancellationToken) => database.ReadAsync(
        caller.Cluster.Org,
        async session =>
        {
            var parent = await HeldAction.FindAsync(session, caller.Cluster, request.Parent);
            var earlier = await Recovery.FindAsync(session, parent, request.Name, request.TaskName, request.InputsDigest);
            return earlier?.OutputUri ?? "";
        },
        cancellationToken);
}
