namespace Union.Host.Tunnel.Enrolling;

/// <summary>
/// Renews the cluster's certificate at half of its life, by the clock: a connection that lives for weeks would never
/// come round to it.
/// </summary>
internal sealed partial class CredentialRenewal(
    ClusterCredentials credentials, RenewCertificate renew, TimeProvider time, ILogger<CredentialRenewal> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private bool _reported;

    /// <summary>Renews if it is time; false when the control plane did not do it.</summary>
    internal async Task<bool> RenewOnceAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < credentials.Current.RenewAt)
        {
            return true;
        }

        try
        {
            await credentials.RenewAsync(renew, cancellationToken);
            _reported = false;
            LogRenewed(credentials.Current.NotAfter);
            return true;
        }
#pragma warning disable CA1031 // The loop's border: the next tick tries again.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_reported)
            {
                _reported = true;
                LogNotRenewed(credentials.Current.NotAfter, e);
            }

            return false;
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

    [LoggerMessage(2122, LogLevel.Information, "The cluster's certificate was renewed; it is good until {NotAfter}.")]
    private partial void LogRenewed(DateTimeOffset notAfter);

    [LoggerMessage(2123, LogLevel.Warning,
        "The cluster's certificate, good until {NotAfter}, was not renewed; it is tried every minute, and for 7 days after its end.")]
    private partial void LogNotRenewed(DateTimeOffset notAfter, Exception exception);
}
