using System.Security.Cryptography;

namespace Union.Host.Tunnel.Dialing;

internal sealed class TunnelOptions
{
    /// <summary>From 0 to 1; replaced in tests.</summary>
    public Func<double> Jitter { get; init; } = () => RandomNumberGenerator.GetInt32(1001) / 1000.0;
}
