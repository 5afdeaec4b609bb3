using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// The cluster's side of the coordinator: Hello, then leasing and reporting side by side until either fails, then again
/// from Hello. Tasks run on meanwhile, and their events wait in the journal.
/// </summary>
public sealed partial class CoordinatorLink(
    Coordinator.CoordinatorClient coordinator, AttemptJournal journal, RunningAttempts attempts, EndingAttempts ending,
    Reconciler reconciler, IExecutor executor, OutboxSignal outbox, ClusterSelf self, IAssertionKeySink assertionKeys,
    IReplicaSink replicas, LinkStatus status, TimeProvider time, ILogger<CoordinatorLink> logger)
    : BackgroundService
{
    /// <summary>The first minor of union.cluster.v1 with Reconcile.</summary>
    private const uint Reconciling = 1;

    /// <summary>The first minor with leases of children only.</summary>
    private const uint LeasingChildren = 2;

    private const int ReportBatch = 500;
    private static readonly TimeSpan LeaseWait = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan EndingPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);

    private CancellationToken _stopping;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        await DropUnheldAsync(await reconciler.ResumeAsync(stoppingToken), stoppingToken);
        var backoff = FirstBackoff;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SessionAsync(() => backoff = FirstBackoff, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (RpcException e) when (stoppingToken.IsCancellationRequested || e.StatusCode == StatusCode.Aborted)
            {
                // The process stops, or a newer session began; neither calls for a pause.
            }
#pragma warning disable CA1031 // The border of a session: a plane that ended for one full disk would end for all its tasks.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                Log(e);
                var jitter = 0.5 + (RandomNumberGenerator.GetInt32(1000) / 2000.0);
                await Task.Delay(backoff * jitter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                backoff = backoff * 2 < MaxBackoff ? backoff * 2 : MaxBackoff;
            }
        }

        await attempts.StoppedAsync();
    }

    private void Log(Exception exception)
    {
        switch (exception)
        {
            case RpcException refused:
                LogSessionEnded(refused.StatusCode);
                break;
            case UnionException:
                LogSessionEnded(StatusCode.ResourceExhausted);
                break;
            default:
                LogSessionBroke(exception);
                break;
        }
    }

    // Acknowledged, and an earlier process died before its executor forgot it; or the journal is another one.
    private async Task DropUnheldAsync(HeldList held, CancellationToken cancellationToken)
    {
        foreach (var key in (await executor.ListAsync(cancellationToken)).Except(held.Held.Select(h => h.Key)))
        {
            try
            {
                await executor.EndAsync(key, EndReason.LeaseLost, cancellationToken);
                await executor.WaitAsync(key, cancellationToken);
                await executor.ForgetAsync(key, cancellationToken);
            }
#pragma warning disable CA1031 // The border of one attempt: what cannot be dropped now is tried at the next start.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogNotDropped(key.Uid, e);
            }
        }
    }

    private async Task SessionAsync(System.Action onHello, CancellationToken cancellationToken)
    {
        var hello = await HelloAsync(cancellationToken);
        onHello();
        assertionKeys.Accept(hello.ClusterId, hello.AssertionKeys);
        replicas.Accept(hello.Replicas);
        status.Connected(hello.ClusterId, hello.Org);
        await ForgetAsync((long)hello.AckedEvent, cancellationToken);
        // Nothing is leased before they are over: the action may have been given to someone else.
        await ending.EndAsync([.. hello.End.Select(r => r.Key())], EndReason.LeaseLost, cancellationToken);
        LogConnected(hello.ClusterId);

        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            LeaseLoopAsync(hello.Session, session.Token),
            ReportLoopAsync(hello, session.Token),
            .. hello.MinorVersion >= LeasingChildren ? [ChildLoopAsync(hello.Session, session.Token)] : Array.Empty<Task>(),
        ];
        var first = await Task.WhenAny(loops);
        await session.CancelAsync();
        status.Disconnected();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task<HelloResponse> HelloAsync(CancellationToken cancellationToken)
    {
        var capabilities = executor.Capabilities;
        // What was leased a moment ago and is not in the journal yet would count as lost, and start a second time.
        var taking = attempts.Keys;
        var list = await journal.HeldAsync(cancellationToken);
        var request = new HelloRequest
        {
            MinorVersions = { LeasingChildren, Reconciling, 0 },
            BinaryVersion = self.BinaryVersion,
            FirstEvent = (ulong)list.FirstEvent,
            LastEvent = (ulong)list.LastEvent,
            Sandbox = capabilities.Sandbox,
            Parallel = (uint)capabilities.Parallel,
        };
        request.ReferencePrefixes.AddRange(self.ReferencePrefixes);
        request.Held.AddRange(list.Held.Select(h => h.Key).Union(taking).Select(key => key.ToRef()));
        return await coordinator.HelloAsync(request, deadline: CallDeadline.In(CallTimeout), cancellationToken: cancellationToken);
    }

    private async Task LeaseLoopAsync(string session, CancellationToken cancellationToken)
    {
        IReadOnlyList<AttemptKey> ended = [];
        while (true)
        {
            var response = await LeaseAsync(session, ended, cancellationToken);
            foreach (var assignment in response?.Assignments ?? [])
            {
                // Not the session's token: an attempt outlives the session in which it was leased.
                attempts.Start(assignment, _stopping);
            }

            if (response is not null)
            {
                replicas.Accept(response.Replicas);
                AttemptKey[] unwanted = [.. response.End.Select(r => r.Key())];
                ended = [.. unwanted.Where(key => !attempts.Holds(key))];
                var begun = ending.Begin(unwanted, EndReason.Aborted, _stopping);
                if (response.Assignments.Count + ended.Count + begun == 0 && unwanted.Length > 0)
                {
                    // All that is asked for is ending already, and would be asked for at once again.
                    await Task.Delay(EndingPause, time, cancellationToken);
                }
            }
        }
    }

    // With no place free the call waits only for what must end, and is made anew as soon as a place is free.
    private async Task<LeaseResponse?> LeaseAsync(
        string session, IReadOnlyList<AttemptKey> ended, CancellationToken cancellationToken)
    {
        var free = attempts.Free;
        var request = new LeaseRequest { Session = session, Free = (uint)free, Wait = LeaseWait.ToDuration() };
        request.Ended.AddRange(ended.Select(k => k.ToRef()));
        using var call = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (free > 0)
        {
            return await coordinator.LeaseAsync(request, deadline: CallDeadline.In(LeaseWait + CallTimeout), cancellationToken: call.Token);
        }

        attempts.Freed += call.Cancel;
        try
        {
            return attempts.Free > 0
                ? null
                : await coordinator.LeaseAsync(request, deadline: CallDeadline.In(LeaseWait + CallTimeout), cancellationToken: call.Token);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            attempts.Freed -= call.Cancel;
        }
    }

    // A call of its own, which is never broken off: what it has been given would be lost for a minute.
    private async Task ChildLoopAsync(string session, CancellationToken cancellationToken)
    {
        while (true)
        {
            var places = await attempts.PlacesForChildrenAsync(cancellationToken);
            var response = await coordinator.LeaseAsync(
                new LeaseRequest { Session = session, Children = (uint)places, Wait = LeaseWait.ToDuration() },
                deadline: CallDeadline.In(LeaseWait + CallTimeout), cancellationToken: cancellationToken);
            foreach (var assignment in response.Assignments)
            {
                attempts.StartChild(assignment, _stopping);
            }
        }
    }

    private async Task ReportLoopAsync(HelloResponse hello, CancellationToken cancellationToken)
    {
        var acked = (long)hello.AckedEvent;
        var reconciled = time.GetTimestamp();
        // What was acknowledged is dropped beside the next report and not before it: results must not wait for a commit
        // that only cleans up.
        var forgetting = Task.CompletedTask;
        while (true)
        {
            var wait = Reconciler.Interval - time.GetElapsedTime(reconciled);
            if (wait <= TimeSpan.Zero)
            {
                reconciled = time.GetTimestamp();
                if (hello.MinorVersion >= Reconciling)
                {
                    await forgetting;
                    await reconciler.ReconcileAsync(hello.Session, _stopping, cancellationToken);
                }

                continue;
            }

            var events = await journal.PendingAsync(acked, ReportBatch, cancellationToken);
            if (events.Count == 0)
            {
                await outbox.WaitAsync(wait, cancellationToken);
                continue;
            }

            var request = new ReportRequest { Session = hello.Session };
            request.Events.AddRange(events);
            var response = await coordinator.ReportAsync(
                request, deadline: CallDeadline.In(CallTimeout), cancellationToken: cancellationToken);
            acked = (long)response.AckedSequence;
            ending.Begin(response.Refused.Select(r => r.Key()), EndReason.LeaseLost, _stopping);
            await forgetting;
            forgetting = ForgetAsync(acked, cancellationToken);
        }
    }

    private async Task ForgetAsync(long acknowledged, CancellationToken cancellationToken)
    {
        foreach (var key in await journal.AcknowledgeAsync(acknowledged, cancellationToken))
        {
            await executor.ForgetAsync(key, cancellationToken);
        }
    }

    [LoggerMessage(2004, LogLevel.Information, "Session with the control plane began as cluster {ClusterId}")]
    private partial void LogConnected(string clusterId);

    [LoggerMessage(2013, LogLevel.Warning, "Attempt {AttemptUid} is no longer held and could not be dropped; the next start tries again")]
    private partial void LogNotDropped(string attemptUid, Exception exception);

    [LoggerMessage(2011, LogLevel.Error, "Session with the control plane broke; tasks run on, and a new session is tried")]
    private partial void LogSessionBroke(Exception exception);

    [LoggerMessage(2005, LogLevel.Warning,
        "Session with the control plane ended ({Status}); tasks run on, and a new session is tried")]
    private partial void LogSessionEnded(StatusCode status);
}
