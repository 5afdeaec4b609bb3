using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Setup;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Cli.Doctor;

/// <summary>The cluster's certificate, and a connection to the control plane made with it and closed again.</summary>
internal sealed class TunnelProbe(string keys, TimeProvider time) : IProbe
{
    private static readonly TimeSpan Soon = TimeSpan.FromHours(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (credentials, result) = Open();
        yield return result;
        yield return credentials is null
            ? CheckResult.Skipped("cluster.tunnel", "Without a certificate no connection can be made.")
            : await DialAsync(credentials, cancellationToken);
    }

    private (CredentialSet? Credentials, CheckResult Result) Open()
    {
        const string name = "cluster.certificate";
        try
        {
            if (ClusterCredentials.TryOpen(keys, time)?.Current is not { } found)
            {
                return (null, CheckResult.Skipped(
                    name, "The cluster is not enrolled yet; `union cluster enroll` makes a join token."));
            }

            var left = found.NotAfter - time.GetUtcNow();
            return (found, left <= TimeSpan.Zero
                ? CheckResult.Failed(
                    name, $"The certificate ended {-left.TotalHours:0} hours ago.",
                    "Start the cluster: for seven days it can still renew. Later, enrol it again with a new join token.")
                : left < Soon
                    ? CheckResult.Warned(name, $"The certificate ends in {left.TotalHours:0} hours.", "Start the cluster, which renews it.")
                    : CheckResult.Passed(name, $"The certificate of cluster {found.Enrolled.ClusterName} is good for {left.TotalHours:0} hours."));
        }
        catch (Exception e) when (e is UnionException or IOException or UnauthorizedAccessException)
        {
            return (null, CheckResult.Failed(name, e.Message, (e as UnionException)?.Hint));
        }
    }

    private async Task<CheckResult> DialAsync(CredentialSet credentials, CancellationToken cancellationToken)
    {
        const string name = "cluster.tunnel";
        using var dialer = new ControlPlaneDialer(time, NullLoggerFactory.Instance);
        try
        {
            await using var stream = await dialer.DialAsync(
                credentials.ControlPlane, Alpn.Coordinator, credentials.Tls, credentials.Trusts, cancellationToken);
            return await AnswersAsync(stream, cancellationToken)
                ? CheckResult.Passed(name, $"The control plane at {credentials.ControlPlane} admits this cluster.")
                : CheckResult.Failed(
                    name, $"The control plane at {credentials.ControlPlane} does not admit this cluster: it was revoked, or is unknown there.",
                    "Look at `union cluster list`; enrol the cluster again with a new join token.");
        }
        catch (DialRefusedException e)
        {
            return e.Failure is DialFailure.Untrusted
                ? CheckResult.Failed(
                    name, $"What answers at {credentials.ControlPlane} is not the control plane that this cluster enrolled with, or does not know it.",
                    "Look for a proxy that ends TLS on the way; TCP must be passed through. Or enrol again.")
                : CheckResult.Failed(
                    name, $"The control plane at {credentials.ControlPlane} cannot be reached.",
                    "Start it, and allow TCP out to that address.");
        }
    }

    // TLS 1.3 tells a client that it was refused only after its own handshake is over, so one word is exchanged: the
    // beginning of HTTP/2, which the server answers with its settings.
    private async Task<bool> AnswersAsync(DialledStream stream, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            byte[] hello = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];
            await stream.Tls.WriteAsync(hello, either.Token);
            return await stream.Tls.ReadAsync(new byte[1], either.Token) > 0;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
