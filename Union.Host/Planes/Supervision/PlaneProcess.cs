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
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _supervision;
    private volatile Process _current;

    public PlaneProcess(string command, IReadOnlyDictionary<string, string> environment, TextWriter log)
    {
        (_command, _environment, _log) = (command, environment, log);
        _current = Start();
        _supervision = SuperviseAsync();
    }

    public int Id => _current.Id;

    /// <summary>Waits until the plane says that it is ready; a plane that ended first is an error with its last words.</summary>
    public async Task ReadyAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            var first = await Task.WhenAny(_ready.Task, _ended.Task)
                .WaitAsync(within, TimeProvider.System, cancellationToken);
            if (first == _ended.Task)
            {
                throw new UnionException(
                    ErrorCode.FailedPrecondition, "plane_ended", $"union {_command} did not start.",
                    "What it said stands above.");
            }
        }
        catch (TimeoutException)
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
        process.OutputDataReceived += (_, line) => Heard(line.Data);
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
            _ended.TrySetResult();
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

    private void Heard(string? line)
    {
        if (line == PlaneCommand.ReadyLine)
        {
            _ready.TrySetResult();
        }
        else
        {
            Log(line);
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
