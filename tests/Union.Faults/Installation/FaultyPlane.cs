using System.Diagnostics;
using System.Globalization;
using Union.Faults.Planes;

namespace Union.Faults.Installation;

/// <summary>One plane in a process of its own, which is started again as a service manager would.</summary>
internal sealed class FaultyPlane : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(500);

    private readonly string _folder;
    private readonly string _command;
    private readonly int _opsPort;
    private readonly SeededBug _bug;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task _kept = Task.CompletedTask;
    private volatile bool _held;

    public FaultyPlane(string name, string folder, string command, int opsPort, string configuration, SeededBug bug = SeededBug.None)
    {
        (Name, _command, _opsPort, _bug) = (name, command, opsPort, bug);
        _folder = Directory.CreateDirectory(folder).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "tmp"));
        File.WriteAllText(Path.Combine(folder, "union.yaml"), configuration);
        ClockFile.Set(Clock, TimeSpan.Zero);
    }

    public string Name { get; }

    public string DataDir => Path.Combine(_folder, "data");

    public string Log => Path.Combine(_folder, "log");

    public int ProcessId => _process?.Id ?? 0;

    /// <summary>How often it ended by itself after it had been ready: never, if all is well.</summary>
    public int Broken { get; private set; }

    private string Clock => Path.Combine(_folder, "clock");

    /// <summary>Starts it and keeps it started.</summary>
    public void Start()
    {
        _held = false;
        if (_kept.IsCompleted)
        {
            _kept = KeepAsync(_stopping.Token);
        }
    }

    /// <summary><c>kill -9</c>; it stays down until <see cref="Start"/>.</summary>
    public async Task KillAsync()
    {
        _held = true;
        _process?.Kill();
        await _kept;
    }

    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public void SetClock(TimeSpan offset) => ClockFile.Set(Clock, offset);

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync(
                new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_opsPort}/readyz")));
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await KillAsync();
        _process?.Dispose();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _process?.Dispose();
            _process = Launch();
            if (_held)
            {
                _process.Kill();
            }

            var ended = _process.WaitForExitAsync(CancellationToken.None);
            var wasReady = await WasReadyAsync(ended);
            await ended;
            if (_held)
            {
                return;
            }

            // A control plane whose database is away when it starts ends, and says why; any other end is a defect.
            Broken += wasReady ? 1 : 0;
            await Pause.TryAsync(RestartPause, cancellationToken);
        }
    }

    private async Task<bool> WasReadyAsync(Task ended)
    {
        while (!ended.IsCompleted)
        {
            if (await IsReadyAsync())
            {
                return true;
            }

            await Pause.TryAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }

        return false;
    }

    // Into a file and not a pipe: a frozen reader would stop the writer.
    private Process Launch()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Union.Faults");
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$1\" >>log 2>&1", program, _command])
        {
            WorkingDirectory = _folder,
        };
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "LANG", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["HOME"] = _folder;
        start.Environment["TMPDIR"] = Path.Combine(_folder, "tmp");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment[ClockFile.Variable] = Clock;
        start.Environment[SeededBugs.Variable] = _bug.ToString();
        return Process.Start(start)!;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
