using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Setup;
using Union.Host.Configuration;
using Union.Providers.Aws.Setup;
using Union.Providers.Azure.Setup;
using Union.Providers.Gcp.Setup;

namespace Union.Host.Cli.Cloud;

/// <summary><c>union cloud</c>: what an operator sets up in a cloud account before a cluster uses it.</summary>
internal sealed class CloudCommand : UnionCommand
{
    public CloudCommand(CliContext context, CommonOptions common)
        : base(context, "cloud", "Prepare a cloud account for a cluster.")
    {
        Examples = ["union cloud policy aws", "union cloud policy gcp --bucket acme-union --account acme-prod"];
        var policy = new Command("policy", "Print the least that an account has to allow: roles, bucket policy, CORS rules.")
        {
            new Policy(context, common, "aws", "Documents for AWS.", AwsSetup.Write),
            new Policy(context, common, "gcp", "Documents for Google Cloud.", GcpSetup.Write),
            new Policy(context, common, "azure", "Documents for Azure.", AzureSetup.Write),
        };
        Add(policy);
    }

    private sealed class Policy : UnionCommand
    {
        // Plain ASCII, as CloudSetups checks, and read by people: no quote needs an escape.
        private static readonly JsonSerializerOptions Indented = new()
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

        private readonly CommonOptions _common;
        private readonly string _cloud;
        private readonly Func<CloudSetup, IReadOnlyList<SetupDocument>> _write;

        private readonly Option<string?> _config = new("--config")
        {
            Description = "The file. Default: $UNION_CONFIG, else union.yaml in this folder where there is one.",
            HelpName = "FILE",
        };

        private readonly Option<string[]> _buckets = new("--bucket")
        {
            Description = "Bucket or container, in place of the configuration's. May be given more than once.",
            HelpName = "NAME",
        };

        private readonly Option<string?> _prefix = new("--prefix") { Description = "Folder in the bucket.", HelpName = "KEY" };

        private readonly Option<string?> _region = new("--region") { Description = "Region.", HelpName = "NAME" };

        private readonly Option<string?> _account = new("--account")
        {
            Description = "Account number on AWS, project on Google Cloud, storage account on Azure.",
            HelpName = "ID",
        };

        private readonly Option<string?> _key = new("--key")
        {
            Description = "Key that encrypts objects, where it is not the cloud's own.",
            HelpName = "KEY",
        };

        private readonly Option<string?> _origin = new("--origin")
        {
            Description = "Where browsers see the console. Default: controlPlane.clients.publicUrl.",
            HelpName = "URL",
        };

        private readonly Option<string?> _org = new("--org")
        {
            Description = "Narrow the roles to this org's folder. Without it a star stands there, which passes slashes too.",
            HelpName = "NAME",
        };

        private readonly Option<string?> _part = new("--part")
        {
            Description = "Print this document alone, to be piped into the command that applies it.",
            HelpName = "NAME",
        };

        public Policy(
            CliContext context, CommonOptions common, string cloud, string description,
            Func<CloudSetup, IReadOnlyList<SetupDocument>> write)
            : base(context, cloud, description)
        {
            (_common, _cloud, _write) = (common, cloud, write);
            foreach (var option in (Option[])[_config, _buckets, _prefix, _region, _account, _key, _origin, _org, _part])
            {
                Add(option);
            }

            common.AddOutput(this);
            Handle((parsed, _) => Task.FromResult(Print(parsed)));
        }

        private ExitCode Print(ParseResult parsed)
        {
            var configuration = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_config)).Configuration;
            var setup = CloudSetups.Of(configuration, _cloud);
            var buckets = parsed.GetValue(_buckets) is { Length: > 0 } given ? given : setup.Buckets;
            setup = setup with
            {
                Buckets = buckets,
                Prefix = parsed.GetValue(_prefix) ?? setup.Prefix,
                Region = parsed.GetValue(_region) ?? setup.Region,
                Account = parsed.GetValue(_account) ?? setup.Account,
                EncryptionKey = parsed.GetValue(_key) ?? setup.EncryptionKey,
                Origin = parsed.GetValue(_origin) ?? setup.Origin,
                Org = parsed.GetValue(_org),
            };
            CloudSetups.Check(setup, _cloud);
            Write(_write(setup), parsed);
            return ExitCode.Done;
        }

        private void Write(IReadOnlyList<SetupDocument> documents, ParseResult parsed)
        {
            if (parsed.GetValue(_part) is { } part)
            {
                var one = documents.FirstOrDefault(d => d.Name == part) ?? throw new CliError(
                    ExitCode.NotFound, $"There is no document '{part}'; there is: {string.Join(", ", documents.Select(d => d.Name))}.");
                Context.Out.WriteLine(one.Content.ToJsonString(Indented));
                return;
            }

            if (_common.IsJson(parsed))
            {
                Json.WriteDocument(Context, new JsonObject(documents.Select(d => KeyValuePair.Create(d.Name, (JsonNode?)d.Content))));
                return;
            }

            foreach (var document in documents)
            {
                Context.Out.WriteLine($"# {document.Name}.json: {document.What}");
                foreach (var line in document.Apply.Split('\n'))
                {
                    Context.Out.WriteLine($"#   {line}");
                }

                Context.Out.WriteLine(document.Content.ToJsonString(Indented));
                Context.Out.WriteLine();
            }
        }
    }
}
