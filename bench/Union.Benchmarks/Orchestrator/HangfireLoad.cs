using System.Diagnostics;
using Hangfire;
using Hangfire.PostgreSql;

namespace Union.Benchmarks.Orchestrator;

/// <summary>Hangfire on the same server, doing jobs that do nothing: what a team would use that writes its own.</summary>
public static class HangfireLoad
{
    /// <summary>Jobs before the clock starts.</summary>
    public const int WarmUp = 50;

    private static int _done;

    public static void Nothing() => Interlocked.Increment(ref _done);

    /// <summary>How long so many jobs took.</summary>
    internal static async Task<TimeSpan> RunAsync(string connectionString, int jobs, int callers)
    {
        var storage = new PostgreSqlStorage(
            new Hangfire.PostgreSql.Factories.NpgsqlConnectionFactory(connectionString, new PostgreSqlStorageOptions()),
            new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) });
        var client = new BackgroundJobClient(storage);
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = callers }, storage);
        await EnqueueAsync(client, WarmUp, callers);
        return await EnqueueAsync(client, jobs, callers);
    }

    private static async Task<TimeSpan> EnqueueAsync(BackgroundJobClient client, int jobs, int callers)
    {
        Interlocked.Exchange(ref _done, 0);
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = callers }, (_, _) =>
        {
            client.Enqueue(() => Nothing());
            return ValueTask.CompletedTask;
        });
        while (Volatile.Read(ref _done) < jobs)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
