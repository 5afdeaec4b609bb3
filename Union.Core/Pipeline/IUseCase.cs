using MediatR;
using Union.Core.Boundary.Identity;

namespace Union.Core.Pipeline;

/// <summary>
/// A command or query. Who may send it is part of its type: a request that is none of the kinds below is refused, so a
/// use case that nobody thought about cannot be reached.
/// </summary>
public interface IUseCase<out TResult> : IRequest<TResult>;

/// <summary>Sent on behalf of a person or their token, who needs this verb in this project and domain (null: any).</summary>
public interface IUserRequest
{
    Verb Verb { get; }

    string? Project { get; }

    string? Domain { get; }
}

/// <summary>Sent by a cluster over its own mutual TLS connection; org and cluster come from the certificate.</summary>
public interface IClusterRequest;

/// <summary>Sent by a running task over its cluster's local endpoint, for itself and its own children only.</summary>
public interface ITaskRequest;

/// <summary>Sent by the process itself: enrolment, sweeps, dispatch.</summary>
public interface ISystemRequest;

/// <summary>A request that changes something a reviewer may ask about; it is written to the audit log either way.</summary>
public interface IAudited
{
    /// <summary>What is changed, such as <c>run default/default/development/r1</c>. Never customer text.</summary>
    string AuditedResource { get; }
}

/// <summary>A result of which parts may be refusals, so that the audit log says more than "ok".</summary>
public interface IAuditedOutcome
{
    /// <summary><c>ok</c>, or the reason words of what was refused.</summary>
    string Outcome { get; }
}
