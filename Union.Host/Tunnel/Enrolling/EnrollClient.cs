using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Union.Contracts.Enroll.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Host.Tunnel.Dialing;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>
/// The first contact. The secret leaves this machine only after the control plane's certificate was found to be issued
/// by the CA whose hash stands in the token.
/// </summary>
internal sealed class EnrollClient(ControlPlaneDialer dialer, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public async Task<EnrolledCluster> EnrollAsync(
        JoinToken token, byte[] signingRequest, CancellationToken cancellationToken)
    {
        if (!HostAndPort.TryParse(token.Address, out var address))
        {
            throw new ArgumentException("The token's address is malformed.", nameof(token));
        }

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await using var dialled = await dialer.DialAsync(address, Alpn.Enroll, client: null, IsPinned, either.Token);
            using var channel = ChannelOver(dialled);
            var answer = await new EnrollService.EnrollServiceClient(channel).EnrollAsync(
                new EnrollRequest
                {
                    TokenId = token.Id,
                    TokenSecret = token.Secret.Reveal(),
                    SigningRequest = ByteString.CopyFrom(signingRequest),
                },
                cancellationToken: either.Token);
            return new EnrolledCluster(
                new ClusterIdentity(answer.Org, answer.ClusterId),
                answer.Certificate.ToByteArray(),
                [.. answer.CaBundle.Select(c => c.ToByteArray())]);
        }
        catch (DialRefusedException e) when (e.Failure == DialFailure.Untrusted)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "control_plane_untrusted",
                $"What answers at {token.Address} is not the control plane that made this join token; the token's secret was not sent.",
                "Check the address, and whether something on the way ends TLS.", e);
        }
        catch (DialRefusedException e)
        {
            throw new UnionException(
                ErrorCode.Unavailable, "control_plane_unreachable", $"No connection to {token.Address}.", inner: e);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "join_token_refused",
                $"The control plane refused join token {token.Id}: it is unknown, used or expired.",
                "Create another one; each is good for one cluster and ten minutes.", e);
        }

        bool IsPinned(X509Certificate2 server) =>
            PinnedAuthorities.FromFirstContact(server, token.AuthorityHash)
                ?.Issued(server, PinnedAuthorities.ServerRole, time.GetUtcNow()) == true;
    }

    private static GrpcChannel ChannelOver(DialledStream dialled) =>
        GrpcChannel.ForAddress("http://control-plane", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ActivityHeadersPropagator = null,
                ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(dialled.Tls),
            },
        });
}
