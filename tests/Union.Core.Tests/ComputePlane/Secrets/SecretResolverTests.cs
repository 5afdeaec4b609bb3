using System.Text;
using Flyteidl2.Core;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;
using Union.Testing.Secrets;

namespace Union.Core.Tests.ComputePlane.Secrets;

public sealed class SecretResolverTests
{
    private readonly InMemorySecretStore _store = new(new FakeTimeProvider());

    private static SecurityContext Needs(params Secret[] secrets) => new() { Secrets = { secrets } };

    [Fact]
    public async Task Resolve_SeveralScopes_TakesTheMostSpecific()
    {
        (string? Project, string? Domain)[] scopes = [(null, null), (null, "dev"), ("p", null), ("p", "dev")];
        await PutAsync("other", "p", "dev", "foreign");
        await Assert.ThrowsAsync<UnionException>(() => ResolveAsync(Needs(new Secret { Key = "key" })));
        foreach (var (project, domain) in scopes)
        {
            var value = $"{project}/{domain}";
            await PutAsync("acme", project, domain, value);

            var found = await ResolveAsync(Needs(new Secret { Key = "key" }));

            Assert.Equal(value, Encoding.UTF8.GetString(found.Variables["KEY"].Reveal().Span));
        }
    }

    [Theory]
    [InlineData("", "my-key", "", "MY_KEY")]
    [InlineData("", "my-key", "Other", "Other")]
    [InlineData("db", "pass-word", "", "DB_PASS_WORD")]
    public async Task Resolve_GroupAndVariable_NameAsStockClientsDo(string group, string key, string variable, string expected)
    {
        var name = group.Length > 0 ? $"{group}_{key}" : key;
        await _store.PutAsync(
            new SecretName(new SecretScope("acme", "p", "dev"), name), new SecretBytes(new byte[1]), PutSecret.CreateOnly,
            ComputePlaneFixture.Cancel);

        var found = await ResolveAsync(Needs(new Secret { Group = group, Key = key, EnvVar = variable }));

        Assert.Equal([expected], found.Variables.Keys);
    }

    [Fact]
    public async Task Resolve_Missing_NamesIt()
    {
        var thrown = await Assert.ThrowsAsync<UnionException>(() => ResolveAsync(Needs(new Secret { Key = "gone" })));

        Assert.Equal((ErrorCode.NotFound, "secret_missing"), (thrown.Code, thrown.Reason));
        Assert.Contains("gone", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_WhatCannotBeGiven_IsRefused()
    {
        await PutAsync("acme", null, null, "x");
        Secret[][] cases =
        [
            [AsFile("key"), AsFile("key")],
            [AsFile("key", "A"), new Secret { Key = "key", EnvVar = "A" }],
            [AsFile("key", "A=B")],
            [AsFile("../key")],
            [new Secret { Group = "..", Key = "key", MountRequirement = Secret.Types.MountType.File }],
            [new Secret { Key = "key", EnvVar = "A=B" }],
            [new Secret { Key = "../key" }],
            [new Secret { Key = "key" }, new Secret { Key = "key" }],
        ];

        foreach (var secrets in cases)
        {
            await Assert.ThrowsAsync<UnionException>(() => ResolveAsync(Needs(secrets)));
        }

        Assert.Empty((await ResolveAsync(null)).Variables);
        Assert.Single((await ResolveAsync(Needs(new Secret { Key = "key" }))).Variables);
    }

    [Fact]
    public async Task Resolve_AsFile_HasThePathThatStockClientsReadAndNoVariableOfItsValue()
    {
        await PutAsync("acme", null, null, "x");
        await _store.PutAsync(
            new SecretName(new SecretScope("acme", null, null), "Db_Pass-Word"), new SecretBytes("y"u8.ToArray()),
            PutSecret.CreateOnly, ComputePlaneFixture.Cancel);

        var found = await ResolveAsync(Needs(
            AsFile("key", "KEY_FILE"),
            new Secret { Group = "Db", Key = "Pass-Word", MountRequirement = Secret.Types.MountType.File }));

        Assert.Empty(found.Variables);
        Assert.Equal([("key", "KEY_FILE"), ("db/pass-word", null)], found.Files.Select(f => (f.Path, f.Variable)));
        Assert.Equal("xy", string.Concat(found.Files.Select(f => Encoding.UTF8.GetString(f.Value.Reveal().Span))));
    }

    [Theory]
    [InlineData(true, "*/*")]
    [InlineData(true, "other/key", "p/key")]
    [InlineData(true, "*/key")]
    [InlineData(true, "p/*")]
    [InlineData(false, "other/*", "*/other", "P/key", "p/KEY")]
    [InlineData(false)]
    public async Task Resolve_UnderAPolicy_GivesWhatItNamesOnly(bool given, params string[] grants)
    {
        await PutAsync("acme", "p", "dev", "x");
        var policy = new SecretPolicy(
            [.. grants.Select(text => SecretGrant.TryParse(text, out var grant) ? grant : throw new ArgumentException(text))]);
        Secret[] forms = [new Secret { Key = "key" }, AsFile("key")];

        foreach (var secret in forms)
        {
            var resolving = ResolveAsync(Needs(secret), policy);
            if (given)
            {
                await resolving;
                continue;
            }

            var thrown = await Assert.ThrowsAsync<UnionException>(() => resolving);
            Assert.Equal((ErrorCode.PermissionDenied, "secret_refused_by_policy"), (thrown.Code, thrown.Reason));
        }
    }

    [Theory]
    [InlineData("key")]
    [InlineData("p/key/more")]
    [InlineData("p/a b")]
    [InlineData("/key")]
    [InlineData("p/k*")]
    public void Grant_OfAnotherForm_IsNoGrant(string text) => Assert.False(SecretGrant.TryParse(text, out _));

    private static Secret AsFile(string key, string variable = "") =>
        new() { Key = key, EnvVar = variable, MountRequirement = Secret.Types.MountType.File };

    private Task<string> PutAsync(string org, string? project, string? domain, string value) => _store.PutAsync(
        new SecretName(new SecretScope(org, project, domain), "key"), new SecretBytes(Encoding.UTF8.GetBytes(value)),
        PutSecret.CreateOnly, ComputePlaneFixture.Cancel);

    private Task<TaskSecrets> ResolveAsync(SecurityContext? security, SecretPolicy? policy = null) =>
        new SecretResolver(_store, policy ?? SecretPolicy.ScopesOnly).ResolveAsync(ComputePlaneFixture.Scope, security, ComputePlaneFixture.Cancel);
}
