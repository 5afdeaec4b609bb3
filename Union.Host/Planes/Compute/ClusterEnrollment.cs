using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Host.Configuration;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Planes.Compute;

/// <summary>The cluster's credentials: those it has, else those that its join token is traded for, once.</summary>
internal static class ClusterEnrollment
{
    /// <summary>Refuses a cluster that has nothing to enrol with, before a folder is made for it.</summary>
    public static void EnsurePossible(ComputePlaneConfiguration configuration, ProcessEnvironment environment)
    {
        if (!ClusterCredentials.Exist(configuration.DataDir.TrimEnd('/') + "-keys"))
        {
            _ = TokenOf(configuration, environment);
        }
    }

    public static async Task<ClusterCredentials> OpenAsync(
        ComputePlaneConfiguration configuration, string keys, PlaneSurroundings around,
        ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (ClusterCredentials.TryOpen(keys, around.Time) is { } known)
        {
            return known;
        }

        var token = TokenOf(configuration, around.Environment);
        using var dialer = new ControlPlaneDialer(around.Time, loggers);
        var client = new EnrollClient(dialer, around.Time);
        return await ClusterCredentials.EnrollAsync(token, keys, client, around.Time, cancellationToken);
    }

    private static JoinToken TokenOf(ComputePlaneConfiguration configuration, ProcessEnvironment environment)
    {
        var secret = configuration.ControlPlane.JoinToken?.Read(environment) ?? throw new UnionException(
            ErrorCode.FailedPrecondition, "join_token_missing",
            "This cluster is not enrolled, and computePlane.controlPlane.joinToken is not set.",
            $"Create a token with 'union cluster enroll {configuration.Cluster}' and name its file there.");
        return JoinToken.TryParse(secret.Reveal(), out var token) ? token : throw new UnionException(
            ErrorCode.InvalidArgument, "join_token_malformed", "The join token is not one, or is incomplete.",
            "Copy the whole line that 'union cluster enroll' printed.");
    }
}
