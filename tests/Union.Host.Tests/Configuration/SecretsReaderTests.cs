using Microsoft.Extensions.DependencyInjection;
using Union.Core.Authoring;
using Union.Core.ComputePlane.Secrets;
using Union.Host.Configuration;
using Union.Host.Planes.Compute;
using Union.Providers.Local.Secrets;
using Union.Providers.Vault.Secrets;
using Union.Testing;

namespace Union.Host.Tests.Configuration;

public sealed class SecretsReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{provider: file}", "FileSecretStore")]
    [InlineData("{provider: ssm, region: eu-central-1, kmsKey: alias/union, endpoint: 'https://ssm.example.com'}", "SsmSecretStore")]
    [InlineData("{provider: secretsmanager, region: us-gov-west-1, prefix: team1}", "SecretsManagerSecretStore")]
    [InlineData("{provider: gcp, project: acme-prod}", "GcpSecretStore")]
    [InlineData("{provider: keyvault, vault: 'https://acme.vault.azure.net'}", "KeyVaultSecretStore")]
    [InlineData("{provider: vault, address: 'https://vault:8200', auth: {tokenFile: ~/token}}", "VaultSecretStore")]
    [InlineData("{provider: kubernetes, namespace: union, server: 'https://10.0.0.1:6443', caFile: /dev/null}", "KubernetesSecretStore")]
    public void EveryProvider_IsReadAndMade_WithoutAConnection(string secrets, string store)
    {
        var configuration = Load(secrets).Configuration.ComputePlane.Secrets;

        using var provider = new ServiceCollection().AddSingleton(TimeProvider.System)
            .AddSecretStore(configuration, new FileSecretStoreOptions(_folder["secrets"], _folder["key"]))
            .BuildServiceProvider();

        Assert.Equal(store, provider.GetRequiredService<ISecretStore>().GetType().Name);
    }

    [Fact]
    public void VaultLogins_HaveTheirOwnKeys()
    {
        var kubernetes = Login("{method: kubernetes, role: union, jwtFile: ~/jwt, mount: k8s-east}");
        var appRole = Login("{method: approle, roleId: 0a1b, secretIdFile: /run/id}");

        Assert.Equal(new VaultKubernetesLogin("union", "/home/me/jwt", "k8s-east"), kubernetes);
        Assert.Equal(new VaultAppRoleLogin("0a1b", "/run/id"), appRole);
    }

    [Theory]
    [InlineData("{provider: hashicorp}", "there is: file, ssm, secretsmanager, gcp, keyvault, vault, kubernetes.")]
    [InlineData("{provider: ssm}", "'computePlane.secrets.region' is missing.")]
    [InlineData("{provider: ssm, region: Frankfurt}", "must be a region such as eu-central-1.")]
    [InlineData("{provider: file, region: eu-central-1}", "'computePlane.secrets.region' is no option of provider file.")]
    [InlineData("{provider: gcp, project: p, prefix: My-Prefix}", "1 to 24 small letters and digits, a letter first.")]
    [InlineData("{provider: keyvault, vault: 'http://acme.vault.azure.net'}", "must be https://host")]
    [InlineData("{provider: keyvault, vault: acme}", "must be https://host")]
    [InlineData("{provider: vault, address: 'https://v', auth: {tokenFile: t, role: r}}", "'computePlane.secrets.auth.role' is no option of method token, which has: tokenFile.")]
    [InlineData("{provider: vault, address: 'https://v', mount: '../sys', auth: {tokenFile: t}}", "where the KV engine is mounted")]
    [InlineData("{provider: vault, address: 'https://v', auth: {method: ldap}}", "there is: token, kubernetes, approle.")]
    [InlineData("{provider: kubernetes, namespace: a/b}", "must be a namespace")]
    public void Mistakes_SayWhatIsExpected(string secrets, string expected)
    {
        var errors = Assert.Throws<InvalidDocumentException>(() => Load(secrets)).Errors;

        Assert.Contains(errors, error => error.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", true, true)]
    [InlineData("{secrets: null}", true, true)]
    [InlineData("{secrets: []}", false, false)]
    [InlineData("{secrets: [weather/api_key, '*/shared']}", true, false)]
    public void Policy_OfSecrets_IsReadAsItStands(string policy, bool weather, bool billing)
    {
        var loaded = Loader().Load("union.yaml", $"version: 1\ncomputePlane: {{policy: {policy}}}\n", null)
            .Configuration.ComputePlane.Policy.Secrets;

        Assert.Equal((weather, billing), (loaded.Allows("weather", "api_key"), loaded.Allows("billing", "api_key")));
        Assert.Equal(weather, loaded.Allows("billing", "shared"));
    }

    [Fact]
    public void Policy_GrantOfAnotherForm_IsAnError()
    {
        var thrown = Assert.Throws<InvalidDocumentException>(
            () => Loader().Load("union.yaml", "version: 1\ncomputePlane: {policy: {secrets: [api_key]}}\n", null));

        Assert.Contains("'api_key' in 'computePlane.policy.secrets' must be PROJECT/SECRET", Assert.Single(thrown.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Show_ListsTheKeysOfTheChosenProviderOnly()
    {
        var keys = Load("{provider: gcp, project: p}").Values.Select(v => v.Path)
            .Where(path => path.StartsWith("computePlane.secrets.", StringComparison.Ordinal));

        Assert.Equal(["endpoint", "prefix", "project", "provider"], keys.Select(k => k.Split('.')[^1]).Order());
    }

    [Fact]
    public void Variables_ReachTheKeysOfEveryProvider()
    {
        var loaded = Loader(
            ("UNION_COMPUTEPLANE_SECRETS_PROVIDER", "vault"), ("UNION_COMPUTEPLANE_SECRETS_ADDRESS", "https://v"),
            ("UNION_COMPUTEPLANE_SECRETS_AUTH_METHOD", "approle"), ("UNION_COMPUTEPLANE_SECRETS_AUTH_ROLEID", "r"),
            ("UNION_COMPUTEPLANE_SECRETS_AUTH_SECRETIDFILE", "/id")).Load(null, "", null);

        var options = Assert.IsType<VaultSecrets>(loaded.Configuration.ComputePlane.Secrets).Options;
        Assert.Equal(new VaultAppRoleLogin("r", "/id"), options.Login);
    }

    private static VaultLogin Login(string auth) => Assert.IsType<VaultSecrets>(
        Load($"{{provider: vault, address: 'https://v', auth: {auth}}}").Configuration.ComputePlane.Secrets).Options.Login;

    private static LoadedConfiguration Load(string secrets) =>
        Loader().Load("union.yaml", $"version: 1\ncomputePlane: {{secrets: {secrets}}}\n", null);

    private static ConfigurationLoader Loader(params (string Name, string Value)[] variables) =>
        new(new ProcessEnvironment(variables.Append(("HOME", "/home/me")).ToDictionary(v => v.Item1, v => v.Item2)));
}
