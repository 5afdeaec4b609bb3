using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Core.Pipeline;

/// <summary>Who sends the requests of one scope. Set once by the edge that authenticated the call.</summary>
public sealed class Caller
{
    private Principal? _principal;
    private ClusterIdentity? _cluster;
    private ActionId? _task;
    private Func<ValueTask<Principal?>>? _again;

    public Principal Principal => _principal ?? throw Missing();

    public ClusterIdentity Cluster => _cluster ?? throw Missing();

    /// <summary>The action whose running attempt makes the call.</summary>
    public ActionId Task => _task ?? throw Missing();

    public bool IsPrincipal => _principal is not null;

    public bool IsCluster => _cluster is not null;

    public bool IsTask => _task is not null;

    public bool IsSystem { get; private set; }

    /// <summary>The caller's id of this call, for recognising a repeated one and for the audit log.</summary>
    public string RequestId { get; private set; } = "";

    /// <param name="again">
    /// Authenticates the same call anew; null where this edge cannot, since the one that forwards the call to it does.
    /// </param>
    public void Become(Principal principal, string requestId, Func<ValueTask<Principal?>>? again = null)
    {
        EnsureUnset();
        (_principal, RequestId, _again) = (principal, requestId, again);
    }

    public void Become(ClusterIdentity cluster)
    {
        EnsureUnset();
        _cluster = cluster;
    }

    public void Become(ActionId task)
    {
        EnsureUnset();
        _task = task;
    }

    public void BecomeSystem()
    {
        EnsureUnset();
        IsSystem = true;
    }

    /// <summary>Whether whoever the call authenticates as now is the same caller and still has the request's verb.</summary>
    internal async ValueTask<bool> StillMayAsync(IUserRequest request)
    {
        var now = _again is null ? Principal : await _again();
        return Reauthorization.IsSameCaller(Principal, now) && now!.May(request.Verb, request.Project, request.Domain);
    }

    private void EnsureUnset()
    {
        if (IsPrincipal || IsCluster || IsTask || IsSystem)
        {
            throw new InvalidOperationException("The caller of a scope is set once.");
        }
    }

    private static UnionException Missing() =>
        new(ErrorCode.Unauthenticated, "caller_unknown", "The call has no caller of the kind that it needs.");
}
