using System.CommandLine;
using Grpc.Core;
using Union.Contracts.Task.V1;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

internal sealed class ActionOutputCommand : UnionCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Name of a child that succeeded." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "Name of its output." };

    public ActionOutputCommand(CliContext context)
        : base(context, "output", "Write an output of a child to standard output, byte for byte.")
    {
        Examples = ["union action output totals rainy_days > \"$UNION_OUTPUTS/rainy_days\""];
        Add(_name);
        Add(_output);
        Handle(ReadAsync);
    }

    private async Task<ExitCode> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var cluster = new ChildrenConnection(Context);
        using var call = cluster.Children.ReadOutput(
            new ReadOutputRequest { Child = parsed.GetRequiredValue(_name), Output = parsed.GetRequiredValue(_output) },
            cancellationToken: cancellationToken);
        await using var target = Context.OpenOutput();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            await target.WriteAsync(chunk.Content.Memory, cancellationToken);
        }

        return ExitCode.Done;
    }
}
