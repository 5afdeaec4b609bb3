using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Union.Core.Boundary;

namespace Union.Providers.Aws.Objects;

/// <summary>Sessions of a role: one that is renewed for the cluster's own calls, or one per URL with a policy of its own.</summary>
internal sealed class AssumedRole : IDisposable
{
    // STS gives no session shorter than this.
    private static readonly TimeSpan ShortestSession = TimeSpan.FromMinutes(15);

    // What a role allows unless it says more, and the most where its assumer is a role itself.
    private static readonly TimeSpan Session = TimeSpan.FromHours(1);

    private readonly AwsRoleOptions _role;
    private readonly AmazonSecurityTokenServiceClient _sts;

    public AssumedRole(AwsRoleOptions role, AWSCredentials source, string region)
    {
        var config = new AmazonSecurityTokenServiceConfig { AuthenticationRegion = region, MaxErrorRetry = 1 };
        if (role.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.ServiceURL = role.Endpoint;
        }

        _role = role;
        _sts = new AmazonSecurityTokenServiceClient(source, config);
    }

    /// <summary>Credentials with all the rights of the role.</summary>
    public AWSCredentials Whole() => new Renewed(this);

    /// <summary>A session that can do what <paramref name="policy"/> allows and the role allows, and nothing else.</summary>
    public async Task<SigV4Credentials> NarrowedAsync(
        string policy, TimeSpan needed, CancellationToken cancellationToken)
    {
        var life = TimeSpan.FromTicks(Math.Clamp(
            (needed + SigningCredentials.Safety).Ticks, ShortestSession.Ticks, Session.Ticks));
        var found = await AssumeAsync(policy, life, cancellationToken);
        return new SigV4Credentials(
            found.AccessKeyId, new SecretValue(found.SecretAccessKey), new SecretValue(found.SessionToken),
            EndOf(found));
    }

    public void Dispose() => _sts.Dispose();

    private async Task<Credentials> AssumeAsync(string? policy, TimeSpan life, CancellationToken cancellationToken)
    {
        var answer = await _sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = _role.Arn,
                RoleSessionName = "union-cluster",
                ExternalId = _role.ExternalId,
                DurationSeconds = (int)Math.Ceiling(life.TotalSeconds),
                Policy = policy,
            },
            cancellationToken);
        return answer.Credentials;
    }

    private static DateTimeOffset EndOf(Credentials found) =>
        new((found.Expiration ?? throw new AmazonClientException("STS named no end of the session.")).ToUniversalTime());

    private sealed class Renewed(AssumedRole role) : RefreshingAWSCredentials
    {
        protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
        {
            var found = await role.AssumeAsync(null, Session, CancellationToken.None);
            return new CredentialsRefreshState(
                new ImmutableCredentials(found.AccessKeyId, found.SecretAccessKey, found.SessionToken),
                EndOf(found).UtcDateTime);
        }

        protected override CredentialsRefreshState GenerateNewCredentials() =>
            throw new NotSupportedException("Credentials are fetched asynchronously.");
    }
}
