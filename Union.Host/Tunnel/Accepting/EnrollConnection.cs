namespace Union.Host.Tunnel.Accepting;

/// <summary>Connection feature of a stranger that may make one call.</summary>
internal sealed class EnrollConnection
{
    private int _calls;

    public bool TryBeginOnlyCall() => Interlocked.Increment(ref _calls) == 1;
}
