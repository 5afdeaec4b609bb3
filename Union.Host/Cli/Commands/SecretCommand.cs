using System.CommandLine;
using Flyteidl2.Secret;
using Google.Protobuf;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Cli.Commands;

/// <summary><c>union secret</c>: values go through the control plane unread, to the cluster that keeps them.</summary>
internal sealed class SecretCommand : UnionCommand
{
    public SecretCommand(CliContext context, CommonOptions common)
        : base(context, "secret", "Keep values that tasks need and nobody may read.")
    {
        Examples = ["union secret create api_key --from-file key.txt", "pass show key | union secret create api_key", "union secret list"];
        Add(new Create(context, common));
        Add(new ListSecretsCommand(context, common, "list"));
        Add(new Delete(context, common));
    }

    private static Argument<string> NameArgument()
    {
        var argument = new Argument<string>("NAME") { Description = "1 to 127 letters, digits, '-' or '_'." };
        argument.Validators.Add(result =>
        {
            if (!Names.IsSecret(result.GetValueOrDefault<string>()))
            {
                result.AddError("The name of a secret must be 1 to 127 letters, digits, '-' or '_'.");
            }
        });
        return argument;
    }

    private sealed class Create : UnionCommand
    {
        private const int MaxBytes = 64 * 1024;

        private readonly CommonOptions _common;
        private readonly Argument<string> _name = NameArgument();
        private readonly Option<string?> _fromFile = new("--from-file")
        {
            Description = "Read the value from a file, or from standard input with '-'. Default: ask, or standard input.",
            HelpName = "FILE",
        };

        private readonly Option<bool> _replace = new("--replace") { Description = "Put the new value in the place of an old one." };

        public Create(CliContext context, CommonOptions common)
            : base(context, "create", "Keep a secret. Its value comes from a file or standard input, never from a flag.")
        {
            _common = common;
            Examples = ["union secret create api_key --from-file key.txt", "union secret create api_key --replace < key.txt"];
            Add(_name);
            Add(_fromFile);
            Add(_replace);
            common.AddConnection(this);
            Handle(CreateAsync);
        }

        private async Task<ExitCode> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var name = parsed.GetRequiredValue(_name);
            var value = await ReadValueAsync(parsed.GetValue(_fromFile), cancellationToken);
            using var client = _common.Connect(parsed);
            var cluster = await SecretScope.SelectAsync(client, _common, parsed, cancellationToken);
            var id = SecretScope.IdOf(_common, parsed, name);
            var spec = new SecretSpec { BinaryValue = value, Type = SecretType.Generic };
            try
            {
                await cluster.Secrets.CreateSecretAsync(
                    new CreateSecretRequest { Id = id, SecretSpec = spec }, cancellationToken: cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                if (!parsed.GetValue(_replace))
                {
                    throw new CliError(
                        ExitCode.Failed, $"The secret {name} exists already.", "Use --replace to give it this value.");
                }

                await cluster.Secrets.UpdateSecretAsync(
                    new UpdateSecretRequest { Id = id, SecretSpec = spec }, cancellationToken: cancellationToken);
            }

            Context.Out.WriteLine($"The secret {name} is kept.");
            return ExitCode.Done;
        }

        /// <summary>The line break that an editor or echo puts at the end is not part of the value.</summary>
        private async Task<ByteString> ReadValueAsync(string? file, CancellationToken cancellationToken)
        {
            if (file is null && Context is { InputIsTerminal: true, IsTerminal: true })
            {
                return ByteString.CopyFromUtf8(await Terminal.AskSecretAsync(Context.Out, "Value:", cancellationToken));
            }

            var path = file is null or "-" ? null : Path.GetFullPath(file, Context.Folder);
            if (path is not null && !File.Exists(path))
            {
                throw new CliError(ExitCode.WrongUsage, $"--from-file: there is no file {path}.");
            }

            var buffer = new byte[MaxBytes + 1];
            var length = await ReadAsync(path, buffer, cancellationToken);
            var value = length > 0 && buffer[length - 1] == '\n' ? length - 1 : length;
            return length switch
            {
                > MaxBytes => throw new CliError(ExitCode.WrongUsage, $"The value is longer than {MaxBytes / 1024} KiB."),
                _ when value == 0 => throw new CliError(ExitCode.WrongUsage, "The value is empty."),
                _ => ByteString.CopyFrom(buffer, 0, value),
            };
        }

        private async Task<int> ReadAsync(string? path, byte[] buffer, CancellationToken cancellationToken)
        {
            if (path is null)
            {
                await using var input = Context.OpenInput();
                return await input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            }

            await using var file = File.OpenRead(path);
            return await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
    }

    private sealed class Delete : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = NameArgument();

        public Delete(CliContext context, CommonOptions common)
            : base(context, "delete", "Forget a secret.")
        {
            _common = common;
            Add(_name);
            common.AddConnection(this);
            Handle(DeleteAsync);
        }

        private async Task<ExitCode> DeleteAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var name = parsed.GetRequiredValue(_name);
            using var client = _common.Connect(parsed);
            var cluster = await SecretScope.SelectAsync(client, _common, parsed, cancellationToken);
            await cluster.Secrets.DeleteSecretAsync(
                new DeleteSecretRequest { Id = SecretScope.IdOf(_common, parsed, name) }, cancellationToken: cancellationToken);
            Context.Out.WriteLine($"The secret {name} is deleted.");
            return ExitCode.Done;
        }
    }
}
