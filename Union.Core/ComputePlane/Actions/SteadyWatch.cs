using System.Runtime.CompilerServices;
using Grpc.Core;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Children;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// A watch of the acting task's children that outlives the connection to the control plane: while that is away the
/// task's own stream stays open, and afterwards everything is told again. A stock parent gives up after forty broken
/// streams, and hangs for ever after one that says "canceled".
/// </summary>
public sealed class SteadyWatch(SiblingDirectory siblings, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Every child that exists, then null once, then each change; a child may be told more than once.</summary>
    public async IAsyncEnumerable<ChildUpdate?> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (pause, inSnapshot) = (FirstPause, true);
        while (true)
        {
            await using var updates = siblings.WatchAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(updates, cancellationToken))
            {
                pause = FirstPause;
                if (updates.Current is not null || inSnapshot)
                {
                    inSnapshot &= updates.Current is not null;
                    yield return updates.Current;
                }
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>False where the connection broke or the control plane ended the stream; a refusal is thrown.</summary>
    private static async Task<bool> MoveNextAsync(
        IAsyncEnumerator<ChildUpdate?> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && !IsRefusal(e.StatusCode))
        {
            return false;
        }
    }

    private static bool IsRefusal(StatusCode code) => code
        is StatusCode.PermissionDenied or StatusCode.Aborted or StatusCode.NotFound or StatusCode.InvalidArgument
        or StatusCode.Unimplemented;
}
