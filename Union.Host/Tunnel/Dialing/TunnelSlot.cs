using System.Buffers;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Union.Core.Boundary.Clusters;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tunnel.Dialing;

/// <summary>Keeps one reversed connection to one address up, until it is told to leave it.</summary>
internal sealed partial class TunnelSlot(
    int number, HostAndPort address, ControlPlaneDialer dialer, ClusterCredentials credentials, MemoryPool<byte> memory, TunnelOptions options,
    TimeProvider time, ILogger<TunnelSlot> logger)
{
    private readonly BackOff _backOff = new(options.Jitter);
    private DialFailure? _reported;
    private long _count;

    public async Task RunAsync(ChannelWriter<ConnectionContext> accepted, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await ConnectOnceAsync(accepted, cancellationToken);
                await Task.Delay(_backOff.Next(), time, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The server stops, or the replica is gone; a connection that is up goes on until either end closes it.
        }
    }

    private async Task ConnectOnceAsync(ChannelWriter<ConnectionContext> accepted, CancellationToken cancellationToken)
    {
        try
        {
            var current = credentials.Current;
            var dialled = await dialer.DialAsync(
                address, Alpn.Tunnel, current.Tls, current.Trusts, cancellationToken);
            try
            {
                await GreetAsync(dialled, cancellationToken);
            }
            catch
            {
                await dialled.DisposeAsync();
                throw;
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"tunnel-{number}-{++_count}");
#pragma warning disable CA2000 // Owned by Kestrel once it is accepted, and by the listener until then.
            var connection = new ReversedConnection(dialled, id, memory);
#pragma warning restore CA2000
            var start = time.GetTimestamp();
            await accepted.WriteAsync(connection, cancellationToken);
            _reported = null;
            LogUp(number);
            await connection.Done;
            _backOff.Lived(time.GetElapsedTime(start));
            LogLost(number);
        }
        catch (DialRefusedException e)
        {
            Report(e);
        }
#pragma warning disable CA1031 // The loop's border: whatever happened, the next try follows.
        catch (Exception e) when (e is not OperationCanceledException and not ChannelClosedException)
#pragma warning restore CA1031
        {
            LogFailed(number, e);
        }
    }

    private async Task GreetAsync(DialledStream dialled, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var answer = new byte[1];
        try
        {
            await dialled.Tls.WriteAsync(new[] { Hello.Version1 }, either.Token);
            await dialled.Tls.ReadExactlyAsync(answer, either.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new DialRefusedException(DialFailure.ClosedWithoutAnswer, e);
        }

        if (answer[0] != Hello.Welcome)
        {
            throw new DialRefusedException(answer[0] switch
            {
                Hello.NotAdmitted => DialFailure.NotAdmitted,
                Hello.Expired => DialFailure.Expired,
                _ => DialFailure.ClosedWithoutAnswer,
            });
        }
    }

    /// <summary>Says each kind of failure once, with what to do; repeats are for those who debug.</summary>
    private void Report(DialRefusedException e)
    {
        if (_reported == e.Failure)
        {
            LogStill(number, e.Failure);
            return;
        }

        _reported = e.Failure;
        LogRefused(number, e.Failure, WhatToDo(e.Failure), e);
    }

    private static string WhatToDo(DialFailure failure) => failure switch
    {
        DialFailure.Unreachable => "See that the control plane runs and that its address and the way to it are right.",
        DialFailure.Untrusted => "Something else answers, or the control plane has a new CA: enrol again with a new join token.",
        DialFailure.NotAdmitted => "The cluster was revoked: enrol again with a new join token.",
        DialFailure.Expired => "The certificate is being renewed; after 7 days only a new join token helps.",
        _ => "The control plane may not know this cluster's CA: enrol again with a new join token if it lasts.",
    };

    [LoggerMessage(2110, LogLevel.Information, "Connection {Slot} to the control plane is up.")]
    private partial void LogUp(int slot);

    [LoggerMessage(2111, LogLevel.Information, "Connection {Slot} to the control plane was lost; it is dialled again.")]
    private partial void LogLost(int slot);

    [LoggerMessage(2112, LogLevel.Warning,
        "Connection {Slot} to the control plane did not come up ({Failure}); it is tried for ever. {WhatToDo}")]
    private partial void LogRefused(int slot, DialFailure failure, string whatToDo, Exception exception);

    [LoggerMessage(2113, LogLevel.Debug, "Connection {Slot} to the control plane still does not come up ({Failure}).")]
    private partial void LogStill(int slot, DialFailure failure);

    [LoggerMessage(2114, LogLevel.Error, "Connection {Slot} to the control plane failed; it is dialled again.")]
    private partial void LogFailed(int slot, Exception exception);
}
