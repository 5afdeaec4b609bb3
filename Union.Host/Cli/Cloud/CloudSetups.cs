using System.Text.RegularExpressions;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Setup;
using Union.Host.Configuration;

namespace Union.Host.Cli.Cloud;

/// <summary>What a configuration says about one cloud. Flags fill what it does not say.</summary>
internal static partial class CloudSetups
{
    public static CloudSetup Of(UnionConfiguration configuration, string cloud)
    {
        var plane = configuration.ComputePlane;
        var setup = new CloudSetup
        {
            Buckets = [],
            MaxLifetime = plane.Policy.Signing.MaxLifetime,
            Lifetimes = plane.Policy.Signing.Lifetimes,
            Prefixes = plane.Policy.Signing.Prefixes,
            Origin = configuration.ControlPlane.Clients.PublicUrl?.GetLeftPart(UriPartial.Authority),
            Secrets = SecretsOf(plane.Secrets, cloud),
        };
        return CloudOf(plane.Objects.Provider) != cloud
            ? setup
            : setup with
            {
                Buckets = [.. plane.Objects.Buckets.Values.Prepend(plane.Objects.Bucket).Distinct()],
                Prefix = plane.Objects.Prefix,
                Region = plane.Objects.Region,
                Account = plane.Objects.Account,
                EncryptionKey = plane.Objects.EncryptionKey,
            };
    }

    private static string? CloudOf(ObjectsProvider provider) => provider switch
    {
        ObjectsProvider.S3 => "aws",
        ObjectsProvider.Gcs => "gcp",
        ObjectsProvider.Azure => "azure",
        _ => null,
    };

    /// <summary>Throws with all that is missing, or that would end a quotation in what is printed.</summary>
    public static void Check(CloudSetup setup, string cloud)
    {
        var errors = new List<string>();
        if (setup.Buckets.Count == 0)
        {
            errors.Add("which bucket? Configure computePlane.objects for this cloud, or give --bucket");
        }

        if (cloud == "aws" && setup.Region is null)
        {
            errors.Add("which region? Configure it, or give --region");
        }

        if (cloud != "aws" && setup.Account is null)
        {
            errors.Add(cloud == "gcp" ? "which project? Give --account" : "which storage account? Configure it, or give --account");
        }

        if (setup.Org is { } org && !Names.IsResource(org))
        {
            errors.Add($"'{org}' is no name of an org");
        }

        foreach (var text in setup.Buckets.Concat(
            new[] { setup.Prefix, setup.Region, setup.Account, setup.EncryptionKey, setup.Origin, setup.Org }.OfType<string>()))
        {
            if (!Plain.IsMatch(text))
            {
                errors.Add($"'{text}' has characters that no such name has");
            }
        }

        if (errors.Count > 0)
        {
            throw new CliError(ExitCode.WrongUsage, string.Join("; ", errors) + ".");
        }
    }

    private static SecretSetup? SecretsOf(SecretsConfiguration secrets, string cloud) => (secrets, cloud) switch
    {
        (SsmSecrets { Options: var o }, "aws") => new SecretSetup("ssm", o.Prefix, null, o.KmsKey, o.Region),
        (SecretsManagerSecrets { Options: var o }, "aws") => new SecretSetup("secretsmanager", o.Prefix, null, o.KmsKey, o.Region),
        (GcpSecrets { Options: var o }, "gcp") => new SecretSetup("gcp", o.Prefix),
        (KeyVaultSecrets { Options: var o }, "azure") => new SecretSetup("keyvault", o.Prefix, o.Vault),
        _ => null,
    };

    [GeneratedRegex("^[A-Za-z0-9._:/@-]+$")]
    private static partial Regex Plain { get; }
}
