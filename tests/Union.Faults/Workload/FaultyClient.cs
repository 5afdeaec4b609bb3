using Grpc.Core;
using Union.Faults.Installation;
using Union.Host.Cli;
using Union.Host.Cli.Client;

namespace Union.Faults.Workload;

/// <summary>
/// A caller that makes a call again, at one replica or another, until it is served. What is no answer to that, an internal
/// error above all, ends it.
/// </summary>
internal sealed class FaultyClient : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);

    private readonly UnionClient[] _clients;
    private int _next;

    public FaultyClient(FaultyInstallation installation, int first)
    {
        _clients = [.. installation.Replicas.Select((_, i) => installation.Client(i))];
        _next = first;
    }

    public UnionClient Any => _clients[_next++ % _clients.Length];

    public async Task<T> CallAsync<T>(string what, Func<UnionClient, Task<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            Exception failure;
            try
            {
                return await call(Any);
            }
            catch (Exception e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
            {
                failure = e;
            }

            if (!await Pause.TryAsync(Between, cancellationToken))
            {
                throw new TimeoutException($"{what} was never served; the last answer was: {failure.Message}", failure);
            }
        }
    }

    public static bool IsAway(Exception e) => e switch
    {
        RpcException rpc => rpc.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
            || rpc.Status.DebugException is HttpRequestException or IOException
            // The two planes disagree about the time, which they say and nothing else.
            || rpc.Status.Detail.Contains("assertion is not valid now", StringComparison.Ordinal),
        // An upload by signed URL: the store was away, or its clock stepped over the end of the URL.
        HttpRequestException or IOException or CliError => true,
        _ => false,
    };

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }
}
