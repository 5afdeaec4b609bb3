using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Admin.V1;
using Union.Core.Authoring;

namespace Union.Host.Cli.Commands;

/// <summary><c>union cluster</c>: compute planes join and leave.</summary>
internal sealed class ClusterCommand : UnionCommand
{
    public ClusterCommand(CliContext context, CommonOptions common)
        : base(context, "cluster", "Let compute planes join, and shut them out.")
    {
        Examples = ["union cluster enroll east --token-file join.token", "union cluster list", "union cluster drain east", "union cluster revoke east"];
        Add(new Enroll(context, common));
        Add(new ListClustersCommand(context, common, "list"));
        Add(new ClusterDrainCommand(context, common, "drain"));
        Add(new ClusterDrainCommand(context, common, "resume"));
        Add(new Revoke(context, common));
    }

    private sealed class Enroll : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the cluster; a known one joins again." };
        private readonly Option<string> _lifetime = new("--lifetime")
        {
            Description = "How long the token may be used, at most 1h.",
            DefaultValueFactory = _ => "10m",
        };

        private readonly Option<string?> _tokenFile = new("--token-file")
        {
            Description = "Write the token to this new file, for its owner only, in place of standard output.",
            HelpName = "FILE",
        };

        public Enroll(CliContext context, CommonOptions common)
            : base(context, "enroll", "Make a token with which one compute plane can join once.")
        {
            _common = common;
            Examples = ["union cluster enroll east --token-file join.token"];
            Add(_name);
            Add(_lifetime);
            Add(_tokenFile);
            common.AddConnection(this);
            common.AddOutput(this);
            Handle(EnrollAsync);
        }

        private async Task<ExitCode> EnrollAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            if (!Durations.TryParse(parsed.GetValue(_lifetime)!, out var lifetime)
                || lifetime < TimeSpan.FromSeconds(1) || lifetime > TimeSpan.FromHours(1))
            {
                throw new CliError(ExitCode.WrongUsage, "--lifetime must be a duration from 1s to 1h, such as 10m.");
            }

            using var client = _common.Connect(parsed);
            var answer = await client.Clusters.CreateJoinTokenAsync(
                new CreateJoinTokenRequest { ClusterName = parsed.GetRequiredValue(_name), Lifetime = lifetime.ToDuration() },
                cancellationToken: cancellationToken);
            var file = parsed.GetValue(_tokenFile);
            if (file is not null)
            {
                file = Path.GetFullPath(file, Context.Folder);
                await PrivateFile.CreateAsync(file, answer.Token + "\n", cancellationToken);
            }

            if (_common.IsJson(parsed))
            {
                Json.WriteDocument(Context, new JsonObject
                {
                    ["token"] = file is null ? answer.Token : null,
                    ["tokenFile"] = file,
                    ["expiresAt"] = Json.Of(answer.ExpiresAt),
                });
                return ExitCode.Done;
            }

            Context.Out.WriteLine(Printable.Line(file ?? answer.Token));
            Context.Error.WriteLine(
                $"Good for one use until {Phases.Show(answer.ExpiresAt)}. Give it to the compute plane as computePlane.controlPlane.joinToken.");
            return ExitCode.Done;
        }
    }

    private sealed class Revoke : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the cluster." };

        public Revoke(CliContext context, CommonOptions common)
            : base(context, "revoke", "End a cluster's certificates and its open connections.")
        {
            _common = common;
            Add(_name);
            common.AddConnection(this);
            Handle(RevokeAsync);
        }

        private async Task<ExitCode> RevokeAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            using var client = _common.Connect(parsed);
            var name = parsed.GetRequiredValue(_name);
            await client.Clusters.RevokeClusterAsync(
                new RevokeClusterRequest { Name = name }, cancellationToken: cancellationToken);
            Context.Out.WriteLine($"{Printable.Line(name)} is revoked.");
            return ExitCode.Done;
        }
    }
}
