using System.Text.RegularExpressions;
using Union.Core.Authoring.Yaml;
using Union.Core.ComputePlane.Secrets.Remote;
using Union.Providers.Aws.Secrets;
using Union.Providers.Azure.Secrets;
using Union.Providers.Gcp.Secrets;
using Union.Providers.Kubernetes.Secrets;
using Union.Providers.Vault.Secrets;

namespace Union.Host.Configuration;

/// <summary>The keys of <c>computePlane.secrets</c>.</summary>
internal static partial class SecretsReader
{
    private static readonly ProviderChoice<SecretsConfiguration> Stores = new(
        "provider",
        ("file", (_, _) => new FileSecrets()),
        ("ssm", (reader, section) => new SsmSecrets(ReadAws(reader, section))),
        ("secretsmanager", (reader, section) => new SecretsManagerSecrets(ReadAws(reader, section))),
        ("gcp", ReadGcp),
        ("keyvault", ReadKeyVault),
        ("vault", ReadVault),
        ("kubernetes", ReadKubernetes));

    private static readonly ProviderChoice<VaultLogin> Logins = new(
        "method",
        ("token", (reader, section) => new VaultTokenLogin(File(reader, section, "tokenFile"))),
        ("kubernetes", (reader, section) => new VaultKubernetesLogin(
            reader.Required(section, "role", IsName, "a role"),
            reader.Folder(section, "jwtFile", "/var/run/secrets/kubernetes.io/serviceaccount/token"),
            reader.Text(section, "mount", "kubernetes", IsPath, "where the method is mounted"))),
        ("approle", (reader, section) => new VaultAppRoleLogin(
            reader.Required(section, "roleId", IsName, "a role id"),
            File(reader, section, "secretIdFile"),
            reader.Text(section, "mount", "approle", IsPath, "where the method is mounted"))));

    public static SecretsConfiguration Read(ConfigurationReader reader, YamlSection section) => Stores.Read(reader, section);

    private static AwsSecretStoreOptions ReadAws(ConfigurationReader reader, YamlSection section) => new()
    {
        Region = reader.Required(section, "region", Region.IsMatch, "a region such as eu-central-1"),
        Prefix = ReadPrefix(reader, section),
        KmsKey = reader.OptionalText(section, "kmsKey", IsPath, "a key's id, alias or ARN"),
        Endpoint = reader.OptionalText(section, "endpoint", RemoteStoreRules.IsEndpoint, RemoteStoreRules.EndpointGrammar),
    };

    private static GcpSecrets ReadGcp(ConfigurationReader reader, YamlSection section) => new(new GcpSecretStoreOptions
    {
        Project = reader.Required(section, "project", IsName, "a project's id"),
        Prefix = ReadPrefix(reader, section),
        Endpoint = reader.OptionalText(section, "endpoint", RemoteStoreRules.IsEndpoint, RemoteStoreRules.EndpointGrammar),
    });

    private static KeyVaultSecrets ReadKeyVault(ConfigurationReader reader, YamlSection section) =>
        new(new KeyVaultSecretStoreOptions
        {
            Vault = reader.Required(section, "vault", RemoteStoreRules.IsEndpoint, RemoteStoreRules.EndpointGrammar),
            Prefix = ReadPrefix(reader, section),
        });

    private static VaultSecrets ReadVault(ConfigurationReader reader, YamlSection section) =>
        new(new VaultSecretStoreOptions
        {
            Address = reader.Required(section, "address", RemoteStoreRules.IsEndpoint, RemoteStoreRules.EndpointGrammar),
            Mount = reader.Text(section, "mount", "secret", IsPath, "where the KV engine is mounted"),
            Prefix = ReadPrefix(reader, section),
            Namespace = reader.OptionalText(section, "namespace", IsPath, "a namespace"),
            CaFile = OptionalFile(reader, section, "caFile"),
            Login = Logins.Read(reader, section.Section("auth")),
        });

    private static KubernetesSecrets ReadKubernetes(ConfigurationReader reader, YamlSection section)
    {
        var pod = new KubernetesSecretStoreOptions { Namespace = "" };
        return new KubernetesSecrets(new KubernetesSecretStoreOptions
        {
            Namespace = reader.Required(section, "namespace", Label.IsMatch, "a namespace"),
            Server = reader.Text(section, "server", pod.Server, RemoteStoreRules.IsEndpoint, RemoteStoreRules.EndpointGrammar),
            TokenFile = reader.Folder(section, "tokenFile", pod.TokenFile),
            CaFile = reader.Folder(section, "caFile", pod.CaFile!),
        });
    }

    private static string ReadPrefix(ConfigurationReader reader, YamlSection section) => reader.Text(
        section, "prefix", RemoteStoreRules.DefaultPrefix, RemoteStoreRules.IsPrefix, RemoteStoreRules.PrefixGrammar);

    private static string File(ConfigurationReader reader, YamlSection section, string key) =>
        reader.Environment.Expand(reader.Required(section, key, text => text.Length > 0, "a file"));

    private static string? OptionalFile(ConfigurationReader reader, YamlSection section, string key) =>
        reader.OptionalText(section, key, text => text.Length > 0, "a file") is { } path ? reader.Environment.Expand(path) : null;

    private static bool IsName(string text) => Name.IsMatch(text);

    // These become parts of addresses, so nothing that would end or climb one.
    private static bool IsPath(string text) => PathLike.IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$")]
    private static partial Regex Region { get; }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
    private static partial Regex Name { get; }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$")]
    private static partial Regex PathLike { get; }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex Label { get; }
}
