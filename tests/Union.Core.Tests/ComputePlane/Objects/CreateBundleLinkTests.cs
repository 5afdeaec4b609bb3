using Grpc.Core;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class CreateBundleLinkTests
{
    private const string Key = "union/v1/acme/p/dev/code/0123456789abcdef0123456789abcdef/fast.tar.gz";

    private static readonly CreateBundleLink OfAction = new("p", "dev", "r1", "a0", "", "", null);

    [Fact]
    public async Task Bundle_OfAnAction_IsSignedForReading()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync(Key, "code");
        plane.Coordinator.Bundle = plane.UriOf(Key);

        var signed = await plane.SendAsync(OfAction);

        Assert.Equal("GET", signed.Method);
        Assert.Equal(("acme", "r1", "a0"), Of(plane.Coordinator.Asked!.ActionId));
        Assert.Equal("code of p/dev/r1/a0", Assert.Single(plane.Audit).Resource);

        static (string, string, string) Of(Flyteidl2.Common.ActionIdentifier id) => (id.Run.Org, id.Run.Name, id.Name);
    }

    [Fact]
    public async Task Bundle_OfADeployedTask_IsAskedForByItsName()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync(Key, "code");
        plane.Coordinator.Bundle = plane.UriOf(Key);

        await plane.SendAsync(OfAction with { Run = "", Action = "", Task = "rain", Version = "7" });

        var asked = plane.Coordinator.Asked!.TaskId;
        Assert.Equal(("acme", "p", "dev", "rain", "7"), (asked.Org, asked.Project, asked.Domain, asked.Name, asked.Version));
    }

    [Fact]
    public async Task Reference_OfAnotherProject_IsRefusedWhoeverGivesIt()
    {
        using var plane = new ComputePlaneFixture();
        const string foreign = "union/v1/acme/other/dev/code/0123456789abcdef0123456789abcdef/fast.tar.gz";
        await plane.PutAsync(foreign, "code");
        plane.Coordinator.Bundle = plane.UriOf(foreign);

        var thrown = await plane.RefusedAsync(OfAction);

        Assert.Equal("reference_outside_project", thrown.Reason);
    }

    [Fact]
    public async Task Bundle_NoneOrGone_IsNotFound()
    {
        using var plane = new ComputePlaneFixture();

        var none = await plane.RefusedAsync(OfAction);
        plane.Coordinator.Bundle = plane.UriOf(Key);
        var gone = await plane.RefusedAsync(OfAction);

        Assert.Equal(("bundle_missing", "bundle_missing"), (none.Reason, gone.Reason));
    }

    [Fact]
    public async Task Bundle_WithoutTheVerb_IsRefusedBeforeAnythingIsAsked()
    {
        using var plane = new ComputePlaneFixture();

        var thrown = await plane.RefusedAsync(OfAction, new Grant(Verb.RunsRead));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
        Assert.Null(plane.Coordinator.Asked);
    }
}

/// <summary>A control plane that knows one bundle.</summary>
internal sealed class BundleCoordinator : Coordinator.CoordinatorClient
{
    public string Bundle { get; set; } = "";

    public FindBundleRequest? Asked { get; private set; }

    public override AsyncUnaryCall<FindBundleResponse> FindBundleAsync(FindBundleRequest request, CallOptions options)
    {
        Asked = request;
        return new AsyncUnaryCall<FindBundleResponse>(
            Task.FromResult(new FindBundleResponse { CodeBundleUri = Bundle }), Task.FromResult(new Metadata()),
            () => Status.DefaultSuccess, () => [], () => { });
    }
}
