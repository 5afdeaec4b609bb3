using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Admin.V1;
using Union.Core.Authoring;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

/// <summary><c>union token</c>: who may call a control plane with <c>auth: token</c>.</summary>
internal sealed class TokenCommand : UnionCommand
{
    public TokenCommand(CliContext context, CommonOptions common)
        : base(context, "token", "Make and end tokens, by which a control plane knows its callers.")
    {
        Examples = ["union token create ada --role member --to ada.token", "union token list", "union token revoke ada"];
        Add(new Create(context, common));
        Add(new List(context, common));
        Add(new Revoke(context, common));
    }

    private sealed class Create : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = new("NAME") { Description = "Who it is for; runs and the audit log show it." };
        private readonly Option<string> _role = new Option<string>("--role")
        {
            Description = "viewer reads; member also runs, deploys and keeps secrets; admin may do everything.",
            HelpName = "viewer|member|admin",
            DefaultValueFactory = _ => "member",
        }.AcceptOnlyFromAmong("viewer", "member", "admin");

        private readonly Option<string> _lifetime = new("--lifetime")
        {
            Description = "How long it may be used, at most 3650d.",
            DefaultValueFactory = _ => "365d",
        };

        private readonly Option<string?> _to = new("--to")
        {
            Description = "Write the token to this new file, for its owner only, in place of standard output.",
            HelpName = "FILE",
        };

        public Create(CliContext context, CommonOptions common)
            : base(context, "create", "Make a token. It is shown once.")
        {
            _common = common;
            Examples = ["union token create ada --to ada.token", "union token create ci --role admin --lifetime 30d"];
            Add(_name);
            Add(_role);
            Add(_lifetime);
            Add(_to);
            common.AddConnection(this);
            common.AddOutput(this);
            Handle(CreateAsync);
        }

        private async Task<ExitCode> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            if (!Durations.TryParse(parsed.GetValue(_lifetime)!, out var lifetime))
            {
                throw new CliError(ExitCode.WrongUsage, "--lifetime must be a duration such as 30d.");
            }

            using var client = _common.Connect(parsed);
            var answer = await client.Tokens.CreateTokenAsync(
                new CreateTokenRequest
                {
                    Name = parsed.GetRequiredValue(_name),
                    Role = System.Enum.Parse<TokenRole>(parsed.GetValue(_role)!, ignoreCase: true),
                    Lifetime = lifetime.ToDuration(),
                },
                cancellationToken: cancellationToken);
            var file = parsed.GetValue(_to);
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
                    ["file"] = file,
                    ["expiresAt"] = Json.Of(answer.ExpiresAt),
                });
                return ExitCode.Done;
            }

            Context.Out.WriteLine(Printable.Line(file ?? answer.Token));
            Context.Error.WriteLine($"Good until {Phases.Show(answer.ExpiresAt)}; it is not shown again.");
            return ExitCode.Done;
        }
    }

    private sealed class List : ListCommand<TokenSummary>
    {
        public List(CliContext context, CommonOptions common)
            : base(
                context, common, "list", "The tokens that live; never the tokens themselves.",
                "TOKEN", "ROLE", "CREATED BY", "CREATED", "EXPIRES") => AddCommonOptions();

        protected override async Task<IReadOnlyList<TokenSummary>> ReadAsync(
            UnionClient client, ParseResult parsed, CancellationToken cancellationToken) =>
            (await client.Tokens.ListTokensAsync(new ListTokensRequest(), cancellationToken: cancellationToken)).Tokens;

        protected override JsonObject Describe(TokenSummary token) => new()
        {
            ["name"] = token.Name,
            ["role"] = RoleOf(token),
            ["createdBy"] = token.CreatedBy,
            ["createdAt"] = Json.Of(token.CreatedAt),
            ["expiresAt"] = Json.Of(token.ExpiresAt),
        };

        protected override string[] Show(TokenSummary token) =>
            [token.Name, RoleOf(token), token.CreatedBy, Phases.Show(token.CreatedAt), Phases.Show(token.ExpiresAt)];

        private static string RoleOf(TokenSummary token) => token.Role.ToString().ToLowerInvariant();
    }

    private sealed class Revoke : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the token." };

        public Revoke(CliContext context, CommonOptions common)
            : base(context, "revoke", "End a token now.")
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
            await client.Tokens.RevokeTokenAsync(new RevokeTokenRequest { Name = name }, cancellationToken: cancellationToken);
            Context.Out.WriteLine($"{Printable.Line(name)} is revoked.");
            return ExitCode.Done;
        }
    }
}
