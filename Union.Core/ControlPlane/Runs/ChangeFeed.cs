using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Wakes those who wait at other replicas, over LISTEN and NOTIFY. Wake-ups are gathered and sent on a connection of
/// their own, since a NOTIFY inside each transaction would make PostgreSQL commit them one by one. One that is lost costs a
/// watcher its safety net of a few seconds and nothing else. With SQLite there is no other replica, and nothing to do.
/// </summary>
public sealed partial class ChangeFeed(
    MetadataDatabase database, RunSignals signals, TimeProvider time, ILogger<ChangeFeed> logger)
    : BackgroundService
{
    private const string Name = "union_changes";

    /// <summary>PostgreSQL takes payloads below 8000 bytes.</summary>
    private const int MaxPayload = 7000;

    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string _replica = Guid.CreateVersion7(time.GetUtcNow()).ToString("n");
    private readonly Channel<bool> _gathered = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private HashSet<string> _marks = [];

    /// <summary>Done once the first LISTEN stands.</summary>
    internal Task Listening => _listening.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.Postgres is not { } postgres)
        {
            return;
        }

        signals.Published += Gather;
        try
        {
            await Task.WhenAll(
                AgainAndAgainAsync(token => ListenAsync(postgres, token), stoppingToken),
                AgainAndAgainAsync(token => SendAsync(postgres, token), stoppingToken));
        }
        finally
        {
            signals.Published -= Gather;
        }
    }

    private void Gather(ChangeSet changes)
    {
        lock (_gate)
        {
            _marks.UnionWith(changes.Runs.Select(run => string.Create(CultureInfo.InvariantCulture, $"r{run}")));
            _marks.UnionWith(changes.Clusters.Select(cluster => "c" + cluster));
        }

        _gathered.Writer.TryWrite(true);
    }

    private async Task AgainAndAgainAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or UnionException)
            {
                LogInterrupted(e.GetType().Name);
                await Task.Delay(RetryAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(PostgresDatabase postgres, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.Source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, e) => Receive(e.Payload);
        await using var command = new NpgsqlCommand("listen " + Name, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        _listening.TrySetResult();
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    private void Receive(string payload)
    {
        var marks = payload.Split(' ');
        if (marks[0] == _replica)
        {
            return;
        }

        var changes = new ChangeSet();
        foreach (var mark in marks.Skip(1))
        {
            if (mark is ['r', .. var run] && long.TryParse(run, CultureInfo.InvariantCulture, out var id))
            {
                changes.Runs.Add(id);
            }
            else if (mark is ['c', .. var cluster])
            {
                changes.Clusters.Add(cluster);
            }
        }

        signals.PublishHere(changes);
    }

    private async Task SendAsync(PostgresDatabase postgres, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.Source.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            await _gathered.Reader.ReadAsync(cancellationToken);
            await Task.Delay(GatherFor, time, cancellationToken);
            foreach (var payload in Payloads(Taken()))
            {
                await using var command = new NpgsqlCommand("select pg_notify($1, $2)", connection)
                {
                    Parameters = { new() { Value = Name }, new() { Value = payload } },
                };
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private HashSet<string> Taken()
    {
        lock (_gate)
        {
            (var taken, _marks) = (_marks, []);
            return taken;
        }
    }

    private IEnumerable<string> Payloads(HashSet<string> marks)
    {
        var payload = new System.Text.StringBuilder(_replica);
        foreach (var mark in marks)
        {
            if (payload.Length + mark.Length + 1 > MaxPayload)
            {
                yield return payload.ToString();
                payload.Clear().Append(_replica);
            }

            payload.Append(' ').Append(mark);
        }

        if (payload.Length > _replica.Length)
        {
            yield return payload.ToString();
        }
    }

    [LoggerMessage(2070, LogLevel.Warning,
        "Wake-ups between replicas were interrupted by {ExceptionType}; they are tried again, and watchers look by themselves meanwhile")]
    private partial void LogInterrupted(string exceptionType);
}
