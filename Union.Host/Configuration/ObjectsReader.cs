using System.Diagnostics.CodeAnalysis;
using System.Net;
using Union.Core.Authoring.Yaml;

namespace Union.Host.Configuration;

/// <summary>The keys of <c>computePlane.objects</c>.</summary>
internal static class ObjectsReader
{
    /// <summary>The kinds of objects that may lie in a bucket of their own; all others lie in <c>bucket</c>.</summary>
    private static readonly string[] Kinds = ["code", "logs"];

    private static readonly ObjectCredentialsConfiguration NoCredentials =
        new(CredentialSource.Default, null, null, null, null, null, null, null);

    public static ObjectsConfiguration Read(ConfigurationReader reader, YamlSection section, string dataDir) =>
        new ProviderChoice<ObjectsConfiguration>(
            "provider",
            ("file", (r, s) => ReadFile(r, s, dataDir)),
            ("s3", ReadS3),
            ("gcs", ReadGcs),
            ("azure", ReadAzure)).Read(reader, section);

    private static ObjectsConfiguration ReadFile(ConfigurationReader reader, YamlSection section, string dataDir)
    {
        var path = reader.Folder(section, "path", Path.Combine(dataDir, "objects"));
        var listen = reader.Listen(section, "listen", "127.0.0.1:8702");
        if (!IPAddress.IsLoopback(listen.Address))
        {
            section.Error(section.Find("listen"), $"'{section.PathOf("listen")}' must be a loopback address: it has no TLS.");
        }

        return Of(ObjectsProvider.File) with { Path = path, Listen = listen };
    }

    private static ObjectsConfiguration ReadS3(ConfigurationReader reader, YamlSection section) =>
        ReadBucket(reader, section, ObjectsProvider.S3) with
        {
            Region = Word(reader, section, "region"),
            Endpoint = Text(reader, section, "endpoint"),
            PathStyle = ReadPathStyle(reader, section),
            EncryptionKey = Text(reader, section, "encryptionKey"),
            Credentials = ReadAwsCredentials(reader, section.Section("credentials")),
            Role = ReadRole(reader, section.Section("assumeRole", out var hasRole), hasRole),
        };

    private static ObjectsConfiguration ReadGcs(ConfigurationReader reader, YamlSection section) =>
        ReadBucket(reader, section, ObjectsProvider.Gcs) with
        {
            Endpoint = Text(reader, section, "endpoint"),
            EncryptionKey = Text(reader, section, "encryptionKey"),
            Credentials = ReadGoogleCredentials(reader, section.Section("credentials")),
        };

    private static ObjectsConfiguration ReadAzure(ConfigurationReader reader, YamlSection section)
    {
        var account = Word(reader, section, "account");
        return ReadBucket(reader, section, ObjectsProvider.Azure) with
        {
            Account = account,
            Endpoint = Text(reader, section, "endpoint"),
            EncryptionScope = Text(reader, section, "encryptionScope"),
            Credentials = ReadAzureCredentials(reader, section.Section("credentials")),
        };
    }

    private static ObjectsConfiguration ReadBucket(ConfigurationReader reader, YamlSection section, ObjectsProvider provider) =>
        Of(provider) with
        {
            Bucket = Word(reader, section, "bucket"),
            Buckets = ReadBuckets(reader, section),
            Prefix = Text(reader, section, "prefix"),
        };

    private static ObjectsConfiguration Of(ObjectsProvider provider) => new(
        provider, "", null, "", new Dictionary<string, string>(), null, null, null, null, null, null, null, NoCredentials, null);

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

    private static ObjectCredentialsConfiguration ReadAwsCredentials(ConfigurationReader reader, YamlSection section)
    {
        var credentials = NoCredentials with
        {
            Source = reader.Choice(
                section, "source", CredentialSource.Default,
                ("default", CredentialSource.Default), ("static", CredentialSource.Static),
                ("environment", CredentialSource.Environment), ("profile", CredentialSource.Profile),
                ("instance", CredentialSource.Instance)),
            AccessKeyId = Text(reader, section, "accessKeyId"),
            SecretAccessKey = reader.Secret(section, "secretAccessKey"),
            SessionToken = reader.Secret(section, "sessionToken"),
            Profile = Text(reader, section, "profile"),
        };
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

    private static ObjectCredentialsConfiguration ReadGoogleCredentials(ConfigurationReader reader, YamlSection section)
    {
        var credentials = NoCredentials with
        {
            KeyFile = Text(reader, section, "keyFile") is { } file ? reader.Environment.Expand(file) : null,
            ServiceAccount = Text(reader, section, "serviceAccount"),
        };
        section.End();
        return credentials;
    }

    private static ObjectCredentialsConfiguration ReadAzureCredentials(ConfigurationReader reader, YamlSection section)
    {
        var credentials = NoCredentials with { ClientId = Text(reader, section, "clientId") };
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

    private static string? Text(ConfigurationReader reader, YamlSection section, string key) => reader.Optional<string>(
        section, key, (string text, [MaybeNullWhen(false)] out string value) => (value = text).Length > 0, "a word");

    private static string Word(ConfigurationReader reader, YamlSection section, string key) =>
        reader.Required(section, key, text => text.Length > 0, "a word");
}
