using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Core.Pipeline;

/// <summary>Refuses every request whose kind of caller, or whose verb, was not declared and granted.</summary>
internal sealed class AuthorizeBehavior<TRequest, TResult>(Caller caller) : IPipelineBehavior<TRequest, TResult>
    where TRequest : notnull
{
    public Task<TResult> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        var allowed = request switch
        {
            IUserRequest { Verb: Verb.None } => false,
            IUserRequest user => caller.IsPrincipal && caller.Principal.May(user.Verb, user.Project, user.Domain),
            IClusterRequest => caller.IsCluster,
            ITaskRequest => caller.IsTask,
            ISystemRequest => caller.IsSystem,
            _ => false,
        };

        return allowed
            ? next()
            : throw new UnionException(
                ErrorCode.PermissionDenied, "not_allowed", $"{typeof(TRequest).Name} is not allowed for this caller.",
                "An administrator can grant the permission.");
    }
}
