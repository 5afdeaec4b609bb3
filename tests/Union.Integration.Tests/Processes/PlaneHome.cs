using System.Globalization;

namespace Union.Integration.Tests.Processes;

/// <summary>The folder of one plane, with its configuration, its data and its temporary files, and the plane's process.</summary>
internal sealed class PlaneHome : IAsyncDisposable
{
    private readonly string _command;
    private readonly Uri _readyz;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly List<RunningProcess> _ended = [];
    private RunningProcess? _process;

    public PlaneHome(string folder, string command, int opsPort, string configuration)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        (_command, OpsPort) = (command, opsPort);
        _readyz = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{opsPort}/readyz"));
        Configuration = Path.Combine(folder, "union.yaml");
        File.WriteAllText(Configuration, configuration);
    }

    public string Folder { get; }

    public string Configuration { get; }

    public int OpsPort { get; }

    public RunningProcess Process => _process ?? throw new InvalidOperationException($"{_command} was not started.");

    /// <summary>All that the plane said since it was first started.</summary>
    public string Said => string.Concat(_ended.Append(Process).Select(process => process.Output + process.Errors));

    /// <param name="tracer">A program with arguments that starts the plane in its place.</param>
    public async Task StartAsync(params string[] tracer)
    {
        Launch(tracer);
        await ReadyAsync();
    }

    /// <summary>Starts the plane without waiting for anything.</summary>
    public RunningProcess Launch(params string[] tracer)
    {
        string[] line = [.. tracer, UnionBinary.Path, _command];
        if (_process is not null)
        {
            _ended.Add(_process);
        }

        _process = RunningProcess.Start(line[0], line[1..], Folder, ProcessVariables.Of(Folder));
        return _process;
    }

    public Task ReadyAsync() => Eventually.IsAsync(
        async () =>
        {
            Assert.False(Process.HasExited, $"{_command} ended:\n{Said}");
            return await IsReadyAsync();
        },
        $"{_command} is ready");

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync(_readyz);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public async Task<MetricsText> MetricsAsync() => new(await _http.GetStringAsync(new Uri(_readyz, "/metrics")));

    /// <summary><c>kill -9</c>, and the same plane again in the same folder.</summary>
    public async Task KillAndRestartAsync()
    {
        await Process.KillAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _ended)
        {
            await process.DisposeAsync();
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _http.Dispose();
    }
}
