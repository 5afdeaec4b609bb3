using FluentValidation;
using Flyteidl2.Common;
using Flyteidl2.Task;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Signs a link to the code that an action runs, or that a version of a task was deployed with.</summary>
/// <param name="Run">Empty when a deployed task is meant. The same for the action.</param>
/// <param name="Task">Empty when an action is meant.</param>
/// <param name="Version">Empty for the newest.</param>
public sealed record CreateBundleLink(
    string Project, string Domain, string Run, string Action, string Task, string Version, TimeSpan? ExpiresIn)
    : IUseCase<PresignedRequest>, IUserRequest, IAudited
{
    public Verb Verb => Verb.DataRead;

    public string AuditedResource => Task.Length > 0
        ? $"code of task {Project}/{Domain}/{Task}/{Version}"
        : $"code of {Project}/{Domain}/{Run}/{Action}";
}

internal sealed class CreateBundleLinkValidator : AbstractValidator<CreateBundleLink>
{
    public CreateBundleLinkValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName().When(c => c.Task.Length == 0);
        RuleFor(c => c.Action).ActionName().When(c => c.Task.Length == 0);
        RuleFor(c => c.ExpiresIn).WholeSeconds();
    }
}

internal sealed class CreateBundleLinkHandler(
    Caller caller, Coordinator.CoordinatorClient coordinator, IObjectStore store, ProjectFence fence, Presigner presigner)
    : IRequestHandler<CreateBundleLink, PresignedRequest>
{
    public async Task<PresignedRequest> Handle(CreateBundleLink request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        var found = await coordinator.FindBundleAsync(Question(scope, request), cancellationToken: cancellationToken);
        if (found.CodeBundleUri.Length == 0)
        {
            throw Missing("The task has no code bundle: its code stands in its image or in its spec.");
        }

        // The control plane says where, and may say anything.
        var key = fence.Resolve(scope, found.CodeBundleUri, "the code bundle");
        if (await store.HeadAsync(key, cancellationToken) is null)
        {
            throw Missing("The task's code bundle is not in the store.");
        }

        var grant = new PresignGrant(PresignVerb.Get, key, presigner.LifetimeOf(request.ExpiresIn, key))
        {
            ResponseContentType = "application/octet-stream",
            ResponseContentDisposition = "attachment",
        };
        return await presigner.SignAsync(grant, cancellationToken);
    }

    private static FindBundleRequest Question(ProjectScope scope, CreateBundleLink request) => request.Task.Length > 0
        ? new FindBundleRequest
        {
            TaskId = new TaskIdentifier
            {
                Org = scope.Org,
                Project = scope.Project,
                Domain = scope.Domain,
                Name = request.Task,
                Version = request.Version,
            },
        }
        : new FindBundleRequest
        {
            ActionId = new ActionIdentifier
            {
                Run = new RunIdentifier { Org = scope.Org, Project = scope.Project, Domain = scope.Domain, Name = request.Run },
                Name = request.Action,
            },
        };

    private static UnionException Missing(string message) => new(ErrorCode.NotFound, "bundle_missing", message);
}
