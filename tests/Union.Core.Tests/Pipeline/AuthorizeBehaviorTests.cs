using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.Tests.Pipeline;

public sealed class AuthorizeBehaviorTests
{
    [Fact]
    public async Task Handle_RequestOfNoKind_IsRefusedForEverybody()
    {
        foreach (var caller in Callers())
        {
            var thrown = await Assert.ThrowsAsync<UnionException>(() => SendAsync(new OfNoKind(), caller));

            Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
        }
    }

    [Fact]
    public async Task Handle_UserRequestWithoutAVerb_IsRefusedEvenForTheAdministrator()
    {
        var thrown = await Assert.ThrowsAsync<UnionException>(() => SendAsync(new OfAUser(Verb.None), Administrator()));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }

    [Fact]
    public async Task Handle_UserRequest_NeedsTheVerbInThatProject()
    {
        var here = new Caller();
        here.Become(new Principal("bob", "default", [new Grant(Verb.RunsRead, "mine")]), "");

        await SendAsync(new OfAUser(Verb.RunsRead, "mine"), here);
        await Assert.ThrowsAsync<UnionException>(() => SendAsync(new OfAUser(Verb.RunsRead, "other"), here));
        await Assert.ThrowsAsync<UnionException>(() => SendAsync(new OfAUser(Verb.RunsAbort, "mine"), here));
    }

    [Fact]
    public async Task Handle_ClusterRequest_IsRefusedForAUserAndATask()
    {
        foreach (var caller in Callers().Where(c => !c.IsCluster))
        {
            await Assert.ThrowsAsync<UnionException>(() => SendAsync(new OfACluster(), caller));
        }
    }

    private static IEnumerable<Caller> Callers()
    {
        yield return Administrator();
        var cluster = new Caller();
        cluster.Become(new ClusterIdentity("default", "c1"));
        yield return cluster;
        var task = new Caller();
        task.Become(new ActionId(new RunId("default", "p", "d", "r"), "a0"));
        yield return task;
        var system = new Caller();
        system.BecomeSystem();
        yield return system;
    }

    private static Caller Administrator()
    {
        var caller = new Caller();
        caller.Become(new Principal("root", "default", [.. Enum.GetValues<Verb>().Select(v => new Grant(v))]), "");
        return caller;
    }

    private static Task<bool> SendAsync<TRequest>(TRequest request, Caller caller)
        where TRequest : IRequest<bool> =>
        new AuthorizeBehavior<TRequest, bool>(caller).Handle(
            request, TestContext.Current.CancellationToken, () => Task.FromResult(true));

    private sealed record OfNoKind : IUseCase<bool>;

    private sealed record OfACluster : IUseCase<bool>, IClusterRequest;

    private sealed record OfAUser(Verb Verb, string? Project = null) : IUseCase<bool>, IUserRequest
    {
        public string? Domain => null;
    }
}
