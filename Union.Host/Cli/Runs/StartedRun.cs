using Grpc.Core;
using Union.Host.Cli.Client;

namespace Union.Host.Cli.Runs;

/// <summary>A run from the call that starts it to its end, as the commands show it.</summary>
internal sealed class StartedRun(CliContext context, UnionClient client, bool isJson)
{
    /// <param name="submit">Starts the run; nothing of it is known before that returns.</param>
    public async Task<ExitCode> ShowAsync(
        string name, bool detach, Func<CancellationToken, Task> submit, CancellationToken cancellationToken)
    {
        IRunProgress progress = isJson ? new JsonProgress(context) : new TextProgress(context);
        var isKnown = false;
        try
        {
            await submit(cancellationToken);
            isKnown = true;
            progress.Started(name);
            if (detach)
            {
                return ExitCode.Done;
            }

            var outcome = await new RunFollower(client, context.Time).FollowAsync(name, progress, cancellationToken);
            return Phases.IsSuccess(outcome.Details.Status.Phase) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            context.Error.WriteLine(isKnown
                ? $"The run {name} goes on. Return to it with: union get run {name} --follow"
                : $"Interrupted before the run {name} was known to have started. Look with: union get run {name}");
            context.Error.WriteLine($"End it with: union abort {name}");
            return ExitCode.Interrupted;
        }
    }
}
