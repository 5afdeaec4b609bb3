using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.ControlPlane.Clusters;

namespace Union.Core.Tests.ControlPlane.Clusters;

public sealed class EnrollClusterTests
{
    [Fact]
    public async Task Enroll_FreshToken_GetsACertificateOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var created = await plane.AsUserAsync(new CreateJoinToken("west", null));

        var enrolled = await plane.AsSystemAsync(Request(created.Token));
        var again = await Assert.ThrowsAsync<UnionException>(() => plane.AsSystemAsync(Request(created.Token)));

        Assert.Equal("default", enrolled.Cluster.Org);
        Assert.Equal("join_token_refused", again.Reason);
    }

    [Fact]
    public async Task Enroll_ExpiredUnknownOrWrongSecret_GetTheSameAnswer()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var created = (await plane.AsUserAsync(new CreateJoinToken("west", TimeSpan.FromMinutes(1)))).Token;
        var wrong = await Assert.ThrowsAsync<UnionException>(() => plane.AsSystemAsync(
            Request(created) with { Secret = JoinToken.NewSecret() }));
        var unknown = await Assert.ThrowsAsync<UnionException>(() => plane.AsSystemAsync(
            Request(created) with { TokenId = "nobody" }));
        plane.Time.Advance(TimeSpan.FromMinutes(1));

        var expired = await Assert.ThrowsAsync<UnionException>(() => plane.AsSystemAsync(Request(created)));

        Assert.Equal(3, new[] { wrong, unknown, expired }.Count(e => e.Reason == "join_token_refused"));
        Assert.Equal(wrong.Message, expired.Message);
        Assert.Equal(wrong.Message, unknown.Message);
    }

    [Fact]
    public async Task Enroll_MalformedRequest_DoesNotCostTheToken()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var token = (await plane.AsUserAsync(new CreateJoinToken("west", null))).Token;

        await Assert.ThrowsAsync<UnionException>(() => plane.AsSystemAsync(
            Request(token) with { SigningRequest = [1, 2, 3] }));
        var enrolled = await plane.AsSystemAsync(Request(token));

        Assert.NotEmpty(enrolled.Certificate.Certificate);
    }

    [Fact]
    public async Task Revoke_Cluster_EndsItsConnectionsAndItsAdmission()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var admission = new ClusterAdmission(plane.Database);
        Assert.True(await admission.IsAdmittedAsync(plane.Cluster, ControlPlaneFixture.Cancel));

        await plane.AsUserAsync(new RevokeCluster("local"));

        Assert.False(await admission.IsAdmittedAsync(plane.Cluster, ControlPlaneFixture.Cancel));
        Assert.Equal([plane.Cluster.ClusterId], plane.Connections.Disconnected);
    }

    private static EnrollCluster Request(JoinToken token)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        return new EnrollCluster(token.Id, token.Secret, request);
    }
}
