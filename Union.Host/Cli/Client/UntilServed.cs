using Grpc.Core;

namespace Union.Host.Cli.Client;

/// <summary>
/// Calls of a task to its cluster. A task outlives a restart of either plane, so a call that met one is made again until
/// it is served; the time limit of the task is its end. Only for calls that may be repeated.
/// </summary>
internal static class UntilServed
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    public static async Task<T> CallAsync<T>(
        CliContext context, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
            {
                if (pause == FirstPause)
                {
                    context.Error.WriteLine("The cluster does not answer; the call is repeated until it does.");
                }

                await Task.Delay(pause, context.Time, cancellationToken);
            }
        }
    }

    // A connection that is cut in the middle of an answer has no status of its own: the client library makes one up.
    private static bool IsAway(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable
        || error.Status.DebugException is HttpRequestException or IOException;
}
