using System.Diagnostics;
using Union.Core.Boundary;

namespace Union.Host.Planes.Supervision;

/// <summary>
/// One plane as a process of its own: cleared environment, own temporary folder. Restarted when it dies; ended with its
/// supervisor, however that ends, because its standard input then ends.
/// </summary>
internal sealed class PlaneProcess : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    // Both planes write to one log.
    private static readonly Lock LogGate = new();

    private readonly string _command;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly TextWriter _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private volatile Process _current;

    public PlaneProcess(string command, IReadOnlyDictionary<string, string> environment, TextWriter log)
    {
        (_command, _environment, _log) = (command, environment, log);
        _current = Start();
        _supervision = SuperviseAsync();
    }

    public int Id => _current.Id;

    /// <summary>Waits until the plane answers "ready"; a plane that ended first is an error with its last words.</summary>
    public async Task ReadyAsync(Uri readyz, TimeSpan within, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler, disposeHandler: false);
        using var timeout = new CancellationTokenSource(within, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var first = _current;
        try
        {
            while (!await IsReadyAsync(http, readyz, either.Token))
            {
                if (first.HasExited)
                {
                    throw new UnionException(
                        ErrorCode.FailedPrecondition, "plane_ended", $"union {_command} did not start.",
                        "What it said stands above.");
                }

                await poll.WaitForNextTickAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnionException(
                ErrorCode.DeadlineExceeded, "plane_not_ready", $"union {_command} was not ready within {within.TotalSeconds:0} s.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        var process = _current;
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(StopTimeout, TimeProvider.System);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Dispose();
        _stopping.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri readyz, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(readyz, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Start()
    {
        var start = SelfStart.Of(_command, "--supervised");
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Log(line.Data);
        process.ErrorDataReceived += (_, line) => Log(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task SuperviseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _current.WaitForExitAsync(CancellationToken.None);
            await Task.Delay(RestartPause, TimeProvider.System, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stopping.IsCancellationRequested)
            {
                Log($"ended with code {_current.ExitCode} and is started again.");
                _current.Dispose();
                _current = Start();
            }
        }
    }

    private void Log(string? line)
    {
        if (line is not null)
        {
            lock (LogGate)
            {
                _log.WriteLine($"[{_command}] {line}");
                _log.Flush();
            }
        }
    }
}
