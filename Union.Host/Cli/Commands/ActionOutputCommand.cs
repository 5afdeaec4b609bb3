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
        var request = new ReadOutputRequest { Child = parsed.GetRequiredValue(_name), Output = parsed.GetRequiredValue(_output) };
        await using var target = Context.OpenOutput();

        // Once something of it is written, it cannot begin again.
        var (call, more) = await UntilServed.CallAsync(
            Context, () => BeginAsync(cluster, request, cancellationToken), cancellationToken);
        using var reading = call;
        for (; more; more = await call.ResponseStream.MoveNext(cancellationToken))
        {
            await target.WriteAsync(call.ResponseStream.Current.Content.Memory, cancellationToken);
        }

        return ExitCode.Done;
    }

    private static async Task<(AsyncServerStreamingCall<Chunk> Call, bool Any)> BeginAsync(
        ChildrenConnection cluster, ReadOutputRequest request, CancellationToken cancellationToken)
    {
        var call = cluster.Children.ReadOutput(request, cancellationToken: cancellationToken);
        try
        {
            return (call, await call.ResponseStream.MoveNext(cancellationToken));
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }
}
