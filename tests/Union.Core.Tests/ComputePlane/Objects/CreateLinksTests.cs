using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class CreateLinksTests
{
    private const string Run = "union/v1/acme/p/dev/runs/r1/a0/1";

    [Fact]
    public async Task Handle_AThousand_AreSignedInTheirOrder_EachAsWhatItIs()
    {
        using var plane = new ComputePlaneFixture();
        var references = Enumerable.Range(0, 999).Select(i => plane.UriOf($"{Run}/raw/{i}")).Append(plane.UriOf($"{Run}/report.html"));

        var links = await plane.SendAsync(Links([.. references]));

        Assert.Equal(1000, links.Results.Count);
        Assert.All(links.Results, r => Assert.Equal("GET", r.Link!.Method));
        Assert.Equal(
            Enumerable.Range(0, 999).Select(i => $"{Run}/raw/{i}").Append($"{Run}/report.html"),
            plane.Objects.Grants.Select(g => g.Key.ToString()));
        Assert.All(plane.Objects.Grants.Take(999), g => Assert.Equal("attachment", g.ResponseContentDisposition));
        Assert.Equal("text/html; charset=utf-8", plane.Objects.Grants.Last().ResponseContentType);
        Assert.Equal(("1000 links in p/dev", "ok"), (plane.Audit.Single().Resource, plane.Audit.Single().Outcome));
    }

    // A page is asked for by whoever can name references, so some may lead anywhere.
    [Fact]
    public async Task Handle_EachReference_IsJudgedByItself_AndRefusalsAreJournalled()
    {
        using var plane = new ComputePlaneFixture(new DataPolicy
        {
            Lifetimes = new Dictionary<ArtifactKind, TimeSpan> { [ArtifactKind.Logs] = TimeSpan.FromMinutes(1) },
        });
        string[] references =
        [
            plane.UriOf($"{Run}/raw/x"), plane.UriOf("union/v1/acme/q/dev/runs/r1/a0/1/raw/x"),
            plane.UriOf("union/v1/other/p/dev/runs/r1/a0/1/raw/x"), "s3://elsewhere/x", "",
            plane.UriOf($"{Run}/raw/x") + "/../../../../../../q/dev/x", plane.UriOf("union/v1/acme/p/dev/private/abc.pb"),
            plane.UriOf($"{Run}/logs/1.gz"),
        ];

        var links = await plane.SendAsync(Links(references) with { ExpiresIn = TimeSpan.FromMinutes(2) });

        Assert.Equal(
            [
                null, "reference_outside_project", "reference_outside_project", "reference_outside_project",
                "reference_outside_project", "reference_outside_project", "reference_private", "lifetime_refused",
            ],
            links.Results.Select(r => r.Refusal?.Reason));
        Assert.Equal($"{Run}/raw/x", Assert.Single(plane.Objects.Grants).Key.ToString());
        Assert.Equal("reference_outside_project,reference_private,lifetime_refused", Assert.Single(plane.Audit).Outcome);
    }

    [Fact]
    public async Task Handle_NoneOrTooMany_IsRefusedAsAWhole()
    {
        using var plane = new ComputePlaneFixture();

        var none = await plane.RefusedAsync(Links());
        var many = await plane.RefusedAsync(Links([.. Enumerable.Repeat("x", 1001)]));

        Assert.Equal(("request_invalid", "request_invalid"), (none.Reason, many.Reason));
    }

    [Fact]
    public async Task Handle_BeyondTheBudget_SignsNothingOfThePage()
    {
        using var plane = new ComputePlaneFixture(new DataPolicy { UrlsPerMinute = 5 });
        await plane.SendAsync(Links([.. Enumerable.Repeat(plane.UriOf($"{Run}/raw/x"), 3)]));

        var thrown = await plane.RefusedAsync(Links([.. Enumerable.Repeat(plane.UriOf($"{Run}/raw/x"), 3)]));

        Assert.Equal("link_budget_spent", thrown.Reason);
        Assert.Equal(3, plane.Objects.Grants.Count);
    }

    [Fact]
    public async Task Handle_WithoutTheGrant_IsRefused()
    {
        using var plane = new ComputePlaneFixture();

        var thrown = await plane.RefusedAsync(Links(plane.UriOf($"{Run}/raw/x")), new Grant(Verb.DataRead, "q"));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
        Assert.Empty(plane.Objects.Grants);
    }

    [Fact]
    public async Task Handle_StoreThatCannotSignNow_FailsTheCall_OnceAndNotAThousandTimes()
    {
        var store = new SlowSigner(new ObjectStoreException(ObjectStoreError.BadCredentials, "none"));
        using var plane = new ComputePlaneFixture(objects: store);

        var thrown = await plane.RefusedAsync(Links([.. Enumerable.Range(0, 1000).Select(i => plane.UriOf($"{Run}/raw/{i}"))]));

        Assert.Equal("object_store_credentials", thrown.Reason);
        Assert.InRange(store.Asked, 1, 16);
    }

    [Fact]
    public async Task Handle_WhereEachSignatureIsACall_SixteenAreUnderWay_AndTheOrderIsKept()
    {
        var store = new SlowSigner(null);
        using var plane = new ComputePlaneFixture(objects: store);

        var links = await plane.SendAsync(Links([.. Enumerable.Range(0, 96).Select(i => plane.UriOf($"{Run}/raw/{i}"))]));

        Assert.Equal(16, store.MostAtOnce);
        Assert.Equal(Enumerable.Range(0, 96).Select(i => $"https://store/{Run}/raw/{i}"), links.Results.Select(r => r.Link!.Url.Reveal()));
    }

    private static CreateLinks Links(params string[] references) => new("p", "dev", references, null);

    /// <summary>Signs by a call that ends when as many are under way as ever will be.</summary>
    private sealed class SlowSigner(ObjectStoreException? failure) : InMemoryObjectStore(TimeProvider.System)
    {
        private readonly Queue<TaskCompletionSource> _underWay = [];

        public int Asked { get; private set; }

        public int MostAtOnce { get; private set; }

        public override async ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
        {
            Asked++;
            var done = new TaskCompletionSource();
            _underWay.Enqueue(done);
            MostAtOnce = Math.Max(MostAtOnce, _underWay.Count);
            if (_underWay.Count == 16)
            {
                foreach (var other in _underWay)
                {
                    other.SetResult();
                }

                _underWay.Clear();
            }

            await done.Task.WaitAsync(cancellationToken);
            return failure is null
                ? new PresignedRequest("GET", new SignedUrl($"https://store/{grant.Key}"), new Dictionary<string, string>(), default)
                : throw failure;
        }
    }
}
