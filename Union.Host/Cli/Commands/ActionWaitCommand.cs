using System.CommandLine;
using Grpc.Core;
using Union.Contracts.Task.V1;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Commands;

internal sealed class ActionWaitCommand : UnionCommand
{
    private readonly Argument<string[]> _names = new("NAME")
    {
        Description = "Names of children.",
        Arity = new ArgumentArity(1, 1000),
    };

    public ActionWaitCommand(CliContext context)
        : base(context, "wait", "Wait for children; the exit code is 0 only if all of them succeeded.")
    {
        Examples = ["union action wait y2014 y2015"];
        Add(_names);
        Handle(WaitAsync);
    }

    private async Task<ExitCode> WaitAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var cluster = new ChildrenConnection(Context);
        var waiting = parsed.GetRequiredValue(_names).ToHashSet(StringComparer.Ordinal);
        var failed = new List<string>();
        await UntilServed.CallAsync(
            Context,
            async () =>
            {
                await WaitAsync(cluster, waiting, failed, cancellationToken);
                return true;
            },
            cancellationToken);
        return waiting.Count > 0
            ? throw new CliError(ExitCode.Unreachable, $"The cluster stopped answering before {string.Join(", ", waiting)} ended.")
            : failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Moves children that end from <paramref name="waiting"/>, so that a repeated call waits for the rest.</summary>
    private async Task WaitAsync(
        ChildrenConnection cluster, HashSet<string> waiting, List<string> failed, CancellationToken cancellationToken)
    {
        using var call = cluster.Children.Wait(
            new WaitRequest { Names = { waiting } }, cancellationToken: cancellationToken);
        await foreach (var child in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            waiting.Remove(child.Name);
            var succeeded = Phases.IsSuccess(child.Phase);
            Context.Out.WriteLine($"{Printable.Line(child.Name)} {(succeeded ? "succeeded" : "failed")}");
            if (!succeeded)
            {
                failed.Add(child.Name);
                Context.Error.WriteLine(
                    $"error: {Printable.Line(child.Name)} is {Phases.NameOf(child.Phase)} ({Printable.Line(child.ErrorCode)}): "
                    + Printable.Text(child.ErrorMessage));
            }
        }
    }
}
