namespace Union.Host.Tunnel.Dialing;

/// <summary>Why no connection came up, as far as it can be told and as somebody can act on it.</summary>
internal enum DialFailure
{
    /// <summary>No TCP connection, or it broke.</summary>
    Unreachable,

    /// <summary>What answers has no certificate of our control plane's CA.</summary>
    Untrusted,

    /// <summary>The control plane says that this cluster is revoked or unknown.</summary>
    NotAdmitted,

    /// <summary>The cluster's certificate has ended.</summary>
    Expired,

    /// <summary>TLS stood, then the other side closed without an answer.</summary>
    ClosedWithoutAnswer,
}

internal sealed class DialRefusedException(DialFailure failure, Exception? inner = null)
    : IOException($"No connection to the control plane: {failure}.", inner)
{
    public DialFailure Failure { get; } = failure;
}
