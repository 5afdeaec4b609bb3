using System.Diagnostics.CodeAnalysis;
using System.Net;
using Union.Core.Authoring.Yaml;

namespace Union.Host.Configuration;

/// <summary>
/// The section <c>objects</c>: every key of every provider is known, and one that is none of the chosen provider's is
/// refused with a list of those that are.
/// </summary>
internal static class ObjectsReader
{
    private static readonly Dictionary<ObjectsProvider, string[]> Options = new()
    {
        [ObjectsProvider.File] = ["path", "listen"],
        [ObjectsProvider.S3] =
            ["bucket", "buckets", "prefix", "region", "endpoint", "pathStyle", "encryptionKey", "credentials", "assumeRole"],
        [ObjectsProvider.Gcs] = ["bucket", "buckets", "prefix", "endpoint", "encryptionKey", "credentials"],
        [ObjectsProvider.Azure] = ["account", "bucket", "buckets", "prefix", "endpoint", "encryptionScope", "credentials"],
    };

    private static readonly Dictionary<ObjectsProvider, string[]> CredentialOptions = new()
    {
        [ObjectsProvider.File] = [],
        [ObjectsProvider.S3] = ["source", "accessKeyId", "secretAccessKey", "sessionToken", "profile"],
        [ObjectsProvider.Gcs] = ["keyFile", "serviceAccount"],
        [ObjectsProvider.Azure] = ["clientId"],
    };

    /// <summary>The kinds of objects that may lie in a bucket of their own; all others lie in <c>bucket</c>.</summary>
    private static readonly string[] Kinds = ["code", "logs"];

    public static ObjectsConfiguration Read(ConfigurationReader reader, YamlSection section, string dataDir)
    {
        var provider = reader.Choice(
            section, "provider", ObjectsProvider.File,
            ("file", ObjectsProvider.File), ("s3", ObjectsProvider.S3), ("gcs", ObjectsProvider.Gcs),
            ("azure", ObjectsProvider.Azure));
        var isCloud = provider is not ObjectsProvider.File;
        var listen = reader.Listen(section, "listen", "127.0.0.1:8702");
        if (!IPAddress.IsLoopback(listen.Address))
        {
            section.Error(section.Find("listen"), $"'{section.PathOf("listen")}' must be a loopback address: it has no TLS.");
        }

        var objects = new ObjectsConfiguration(
            provider,
            reader.Folder(section, "path", Path.Combine(dataDir, "objects")),
            isCloud ? null : listen,
            Text(reader, section, "bucket") ?? "",
            ReadBuckets(reader, section),
            Text(reader, section, "prefix"),
            Text(reader, section, "region"),
            Text(reader, section, "endpoint"),
            ReadPathStyle(reader, section),
            Text(reader, section, "account"),
            Text(reader, section, "encryptionKey"),
            Text(reader, section, "encryptionScope"),
            ReadCredentials(reader, section.Section("credentials"), provider),
            ReadRole(reader, section.Section("assumeRole", out var hasRole), hasRole));
        RefuseForeign(section, provider, Options, Options.Values.SelectMany(keys => keys));
        foreach (var needed in provider switch
        {
            ObjectsProvider.S3 => ["bucket", "region"],
            ObjectsProvider.Gcs => ["bucket"],
            ObjectsProvider.Azure => ["account", "bucket"],
            _ => Array.Empty<string>(),
        })
        {
            if (section.Find(needed) is null)
            {
                section.Error(null, $"'{section.PathOf(needed)}' is missing: provider {WordOf(provider)} needs it.");
            }
        }

        section.End();
        return objects;
    }

    private static Dictionary<string, string> ReadBuckets(ConfigurationReader reader, YamlSection section)
    {
        var buckets = new Dictionary<string, string>(StringComparer.Ordinal);
        var inner = section.Section("buckets");
        foreach (var kind in Kinds)
        {
            if (Text(reader, inner, kind) is { } bucket)
            {
                buckets[kind] = bucket;
            }
        }

        inner.End();
        return buckets;
    }

    private static bool? ReadPathStyle(ConfigurationReader reader, YamlSection section)
    {
        // Three states: where nothing is said, the endpoint and the bucket's name decide.
        var isSet = section.Find("pathStyle") is not null;
        var value = reader.Flag(section, "pathStyle");
        return isSet ? value : null;
    }

    private static ObjectCredentialsConfiguration ReadCredentials(
        ConfigurationReader reader, YamlSection section, ObjectsProvider provider)
    {
        var credentials = new ObjectCredentialsConfiguration(
            reader.Choice(
                section, "source", CredentialSource.Default,
                ("default", CredentialSource.Default), ("static", CredentialSource.Static),
                ("environment", CredentialSource.Environment), ("profile", CredentialSource.Profile),
                ("instance", CredentialSource.Instance)),
            Text(reader, section, "accessKeyId"),
            reader.Secret(section, "secretAccessKey"),
            reader.Secret(section, "sessionToken"),
            Text(reader, section, "profile"),
            Text(reader, section, "keyFile") is { } file ? reader.Environment.Expand(file) : null,
            Text(reader, section, "serviceAccount"),
            Text(reader, section, "clientId"));
        RefuseForeign(section, provider, CredentialOptions, CredentialOptions.Values.SelectMany(keys => keys));
        var isStatic = credentials.Source is CredentialSource.Static;
        if (isStatic != (credentials is { AccessKeyId: not null, SecretAccessKey: not null })
            || (!isStatic && (credentials.AccessKeyId is not null || credentials.SecretAccessKey is not null)))
        {
            section.Error(
                section.Find("source"),
                $"'{section.Path}' needs 'accessKeyId' and 'secretAccessKey' with 'source: static', and only then.");
        }

        section.End();
        return credentials;
    }

    private static AssumeRoleConfiguration? ReadRole(ConfigurationReader reader, YamlSection section, bool present)
    {
        var role = new AssumeRoleConfiguration(
            Text(reader, section, "arn") ?? "", Text(reader, section, "externalId"), Text(reader, section, "endpoint"),
            reader.Flag(section, "perUrl"));
        if (present && role.Arn.Length == 0)
        {
            section.Error(null, $"'{section.PathOf("arn")}' is missing.");
        }

        section.End();
        return present ? role : null;
    }

    private static void RefuseForeign(
        YamlSection section, ObjectsProvider provider, Dictionary<ObjectsProvider, string[]> options,
        IEnumerable<string> all)
    {
        foreach (var key in all.Distinct().Except(options[provider]))
        {
            if (section.Find(key) is { } node)
            {
                var own = options[provider];
                section.Error(
                    node, $"'{section.PathOf(key)}' is no option of provider {WordOf(provider)}"
                    + (own.Length == 0 ? "." : $", which has: {string.Join(", ", own)}."));
            }
        }
    }

    private static string? Text(ConfigurationReader reader, YamlSection section, string key) => reader.Optional<string>(
        section, key, (string text, [MaybeNullWhen(false)] out string value) => (value = text).Length > 0, "a word");

    private static string WordOf(ObjectsProvider provider) => provider.ToString().ToLowerInvariant();
}
