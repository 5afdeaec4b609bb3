namespace Union.Host.Tunnel.Dialing;

/// <summary>How long to wait before the next try: doubled each time, with jitter so that clusters do not dial in step.</summary>
/// <param name="jitter">A number from 0 to 1.</param>
internal sealed class BackOff(Func<double> jitter)
{
    /// <summary>Shorter lives do not reset it, or accept-then-drop would become a dial storm.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private TimeSpan _next = First;

    /// <summary>Between half of the step and all of it.</summary>
    public TimeSpan Next()
    {
        var delay = _next * (0.5 + (0.5 * jitter()));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return delay;
    }

    public void Lived(TimeSpan time)
    {
        if (time >= Settled)
        {
            _next = First;
        }
    }
}
