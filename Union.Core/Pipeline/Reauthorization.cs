using Union.Core.Boundary.Identity;

namespace Union.Core.Pipeline;

/// <summary>Asks once a minute whether an open call is still allowed, and cancels its token when it is not.</summary>
public sealed class Reauthorization : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _revoked = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _loop;

    public Reauthorization(Func<ValueTask<bool>> isAllowed, TimeProvider time) => _loop = RunAsync(isAllowed, time);

    public CancellationToken Revoked => _revoked.Token;

    public static bool IsSameCaller(Principal before, Principal? now) =>
        now is not null && now.Org == before.Org && now.Subject == before.Subject;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _loop;
        _ended.Dispose();
        _revoked.Dispose();
    }

    private async Task RunAsync(Func<ValueTask<bool>> isAllowed, TimeProvider time)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                if (!await isAllowed())
                {
                    await _revoked.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The call is over.
        }
#pragma warning disable CA1031 // Whatever kept the answer from coming: a call that cannot be judged is not allowed.
        catch (Exception)
#pragma warning restore CA1031
        {
            await _revoked.CancelAsync();
        }
    }
}
