using Google.Protobuf;
using Grpc.Core;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Planes.Compute;

/// <summary>
/// Renews the cluster's certificate at half of its life, by the clock and not by reconnecting, and tries again every
/// minute until it succeeds.
/// </summary>
internal sealed partial class CertificateRenewal(
    ClusterCredentials credentials, Coordinator.CoordinatorClient coordinator, TimeProvider time,
    ILogger<CertificateRenewal> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    internal async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < credentials.Current.RenewAt)
        {
            return;
        }

        try
        {
            await credentials.RenewAsync(CallAsync, cancellationToken);
            LogRenewed(credentials.Current.RenewAt);
        }
        catch (Exception e) when (e is RpcException or UnionException)
        {
            LogFailed(e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await RenewOnceAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<RenewedCertificate> CallAsync(byte[] signingRequest, CancellationToken cancellationToken)
    {
        var answer = await coordinator.RenewAsync(
            new RenewRequest { SigningRequest = ByteString.CopyFrom(signingRequest) }, null,
            (time.GetUtcNow() + CallTimeout).UtcDateTime, cancellationToken);
        return new RenewedCertificate(
            answer.Certificate.ToByteArray(), [.. answer.CaBundle.Select(c => c.ToByteArray())]);
    }

    [LoggerMessage(2140, LogLevel.Information, "The cluster's certificate was renewed; the next renewal is due {RenewAt}")]
    private partial void LogRenewed(DateTimeOffset renewAt);

    [LoggerMessage(2141, LogLevel.Warning, "The cluster's certificate could not be renewed; it is tried again in a minute")]
    private partial void LogFailed(Exception exception);
}
