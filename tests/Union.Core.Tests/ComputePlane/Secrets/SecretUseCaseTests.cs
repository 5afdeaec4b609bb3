using System.Text;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.Tests.ComputePlane.Secrets;

public sealed class SecretUseCaseTests
{
    private static SecretBytes Value(string text) => new(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task Secrets_CreatedUpdatedReadListedDeleted()
    {
        using var plane = new ComputePlaneFixture();
        var created = plane.Time.GetUtcNow();

        await plane.SendAsync(new CreateSecret("p", "dev", "api_key", Value("one")));
        plane.Time.Advance(TimeSpan.FromHours(1));
        await plane.SendAsync(new UpdateSecret("p", "dev", "api_key", Value("two")));

        Assert.Equal(created, (await plane.SendAsync(new GetSecret("p", "dev", "api_key"))).Created);
        Assert.Single((await plane.SendAsync(new ListSecrets(null, null, 0, null))).Secrets);
        Assert.Empty((await plane.SendAsync(new ListSecrets(null, null, 0, null), "other")).Secrets);
        Assert.True(await plane.SendAsync(new DeleteSecret("p", "dev", "api_key")));
        Assert.False(await plane.SendAsync(new DeleteSecret("p", "dev", "api_key")));
        Assert.Equal(
            ["secret p/dev/api_key"], plane.Audit.Select(a => a.Resource).Distinct());
    }

    [Fact]
    public async Task Secrets_ExistingMissingOrTooLarge_AreNamedByReason()
    {
        using var plane = new ComputePlaneFixture();
        await plane.SendAsync(new CreateSecret("p", null, "a", Value("x")));

        Assert.Equal("secret_exists", (await plane.RefusedAsync(new CreateSecret("p", null, "a", Value("y")))).Reason);
        Assert.Equal("secret_missing", (await plane.RefusedAsync(new UpdateSecret("p", "dev", "a", Value("y")))).Reason);
        Assert.Equal("secret_missing", (await plane.RefusedAsync(new GetSecret(null, null, "a"))).Reason);
        var large = new CreateSecret("p", null, "b", new SecretBytes(new byte[25_001]));
        Assert.Equal("secret_too_large", (await plane.RefusedAsync(large)).Reason);
        Assert.Equal("request_invalid", (await plane.RefusedAsync(new CreateSecret("p/", "d d", "a b", Value("")))).Reason);
    }

    // An org may have thousands of secrets, and a store counts its calls.
    [Fact]
    public async Task GetUpdateDelete_NeverListTheScope()
    {
        using var plane = new ComputePlaneFixture();
        await plane.SendAsync(new CreateSecret("p", "dev", "a", Value("one")));

        await plane.SendAsync(new GetSecret("p", "dev", "a"));
        await plane.SendAsync(new UpdateSecret("p", "dev", "a", Value("two")));
        await plane.SendAsync(new DeleteSecret("p", "dev", "a"));

        Assert.Equal(0, plane.Secrets.Listings);
        await plane.SendAsync(new ListSecrets("p", "dev", 0, null));
        Assert.Equal(1, plane.Secrets.Listings);
    }

    [Fact]
    public async Task CreateSecret_ForTheOrg_NeedsMoreThanAGrantInAProject()
    {
        using var plane = new ComputePlaneFixture();
        var grant = new Grant(Verb.SecretsWrite, "p");

        await plane.SendAsync(new CreateSecret("p", null, "a", Value("x")), grant);
        var thrown = await plane.RefusedAsync(new CreateSecret(null, null, "a", Value("x")), grant);

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }

    [Fact]
    public async Task ListSecrets_ByPages_GivesEachOnce()
    {
        using var plane = new ComputePlaneFixture();
        foreach (var name in new[] { "e", "a", "d", "b", "c" })
        {
            await plane.SendAsync(new CreateSecret("p", "dev", name, Value("x")));
            await plane.SendAsync(new CreateSecret("p", null, name, Value("x")));
        }

        var names = new List<SecretName>();
        for (SecretPosition? after = null; ;)
        {
            var page = await plane.SendAsync(new ListSecrets("p", null, 3, after));
            names.AddRange(page.Secrets.Select(s => s.Name));
            if (page.Next is null)
            {
                break;
            }

            after = page.Next;
        }

        Assert.Equal(10, names.Count);
        Assert.Equal(names.Distinct().Order(SecretNameOrder.Instance), names);
    }
}
