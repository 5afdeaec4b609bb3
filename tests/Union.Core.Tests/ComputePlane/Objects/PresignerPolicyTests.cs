using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

/// <summary>
/// What a control plane could try that lies about its caller: every call here comes with every verb for every project, as
/// a correctly signed assertion may say, and the cluster's own policy stands against it.
/// </summary>
public sealed class PresignerPolicyTests
{
    private const string Report = "union/v1/acme/p/dev/runs/r1/a0/1/report.html";

    private static readonly byte[] Bundle = "bundle"u8.ToArray();

    private static CreateUploadLocation Upload => new("p", "dev", "fast.tar.gz", Signed.Md5(Bundle), null, null);

    private static CreateReportLink Read => new("p", "dev", "r1", "a0", 1, null);

    [Fact]
    public async Task Lifetime_IsThatOfTheKind_AndALongerOneIsRefused()
    {
        using var plane = await StartAsync(new DataPolicy
        {
            MaxLifetime = TimeSpan.FromMinutes(30),
            Lifetimes = new Dictionary<ArtifactKind, TimeSpan> { [ArtifactKind.Reports] = TimeSpan.FromMinutes(5) },
        });

        await plane.SendAsync(Read);
        await plane.SendAsync(Upload);
        var longer = await plane.RefusedAsync(Read with { ExpiresIn = TimeSpan.FromSeconds(301) });

        Assert.Equal([TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30)], plane.Objects.Grants.Select(g => g.Lifetime));
        Assert.Equal("lifetime_refused", longer.Reason);
    }

    [Fact]
    public async Task Prefix_OutsideThePolicy_IsSignedForNobody()
    {
        using var plane = await StartAsync(new DataPolicy { Prefixes = [Prefix("q/*"), Prefix("*/dev/runs")] });

        await plane.SendAsync(Read);
        await plane.SendAsync(Upload with { Project = "q" });
        var refused = await plane.RefusedAsync(Upload);

        Assert.Equal((ErrorCode.PermissionDenied, "prefix_refused_by_policy"), (refused.Code, refused.Reason));
        Assert.Equal(2, plane.Objects.Grants.Count);
        Assert.Equal("prefix_refused_by_policy", plane.Audit.Last().Outcome);
    }

    [Fact]
    public async Task NoPrefixAtAll_SignsNothing()
    {
        using var plane = await StartAsync(new DataPolicy { Prefixes = [] });

        await plane.RefusedAsync(Read);

        Assert.Empty(plane.Objects.Grants);
    }

    [Fact]
    public async Task Budget_IsOneForAllThatACallerIsSigned_AndItsRefusalIsJournalled()
    {
        using var plane = await StartAsync(new DataPolicy { UrlsPerMinute = 2 });

        await plane.SendAsync(Read);
        await plane.SendAsync(Upload);
        var spent = await plane.RefusedAsync(Read);
        await plane.SendAsync(Upload, "other");

        Assert.Equal(("link_budget_spent", TimeSpan.FromSeconds(30)), (spent.Reason, spent.RetryAfter));
        Assert.Contains(plane.Audit, e => e is { Outcome: "link_budget_spent", Actor: "ann" });
        plane.Time.Advance(TimeSpan.FromSeconds(30));
        await plane.SendAsync(Read);
    }

    // Each of these would be a URL if the cluster believed what it is told.
    [Fact]
    public async Task EveryForgedWish_IsRefused_AndJournalled()
    {
        using var plane = await StartAsync(new DataPolicy
        {
            MaxLifetime = TimeSpan.FromMinutes(10),
            UploadMax = 100,
            Verbs = new HashSet<PresignVerb> { PresignVerb.Put },
            Prefixes = [Prefix("p/dev")],
        });
        var forged = Enum.GetValues<Verb>().Select(verb => new Grant(verb)).ToArray();

        var refusals = new[]
        {
            await plane.RefusedAsync(Read, forged),
            await plane.RefusedAsync(Upload with { ExpiresIn = TimeSpan.FromDays(7) }, forged),
            await plane.RefusedAsync(Upload with { ContentLength = 101 }, forged),
            await plane.RefusedAsync(Upload with { Project = "q" }, forged),
            await plane.RefusedAsync(Upload with { Domain = "production" }, forged),
            await plane.RefusedAsync(Upload with { FileName = "../../q/dev/x" }, forged),
            await plane.RefusedAsync(Upload with { Folder = "../../../q/dev" }, forged),
        };

        Assert.Equal(
            [
                "verb_refused_by_policy", "lifetime_refused", "request_invalid", "prefix_refused_by_policy",
                "prefix_refused_by_policy", "request_invalid", "request_invalid",
            ],
            refusals.Select(r => r.Reason));
        Assert.Equal(refusals.Select(r => r.Reason), plane.Audit.Select(e => e.Outcome));
        Assert.Empty(plane.Objects.Grants);
        await plane.SendAsync(Upload with { ContentLength = 100 }, forged);
    }

    private static SignedPrefix Prefix(string text) =>
        SignedPrefix.TryParse(text, out var prefix) ? prefix : throw new ArgumentException(text);

    private static async Task<ComputePlaneFixture> StartAsync(DataPolicy policy)
    {
        var plane = new ComputePlaneFixture(policy);
        await plane.PutAsync(Report, "<p>");
        return plane;
    }
}
