using System.Diagnostics;
using System.Globalization;

namespace Union.Integration.Tests.Processes;

/// <summary>A process that a test started, everything it said, and the means to wait for what it will say.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private TaskCompletionSource _said = NewSignal();

    private RunningProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public static RunningProcess Start(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment,
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new RunningProcess(Process.Start(start)!);
        process._process.OutputDataReceived += (_, line) => process.Heard(process._output, line.Data);
        process._process.ErrorDataReceived += (_, line) => process.Heard(process._errors, line.Data);
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        process._process.StandardInput.Write(input);
        process._process.StandardInput.Close();
        return process;
    }

    /// <summary>The first line, said already or later, that <paramref name="isMeant"/> accepts.</summary>
    public async Task<string> LineAsync(Func<string, bool> isMeant)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            Task said;
            lock (_gate)
            {
                if (_output.Concat(_errors).FirstOrDefault(isMeant) is { } line)
                {
                    return line;
                }

                said = _said.Task;
            }

            var ended = _process.WaitForExitAsync(timeout.Token);
            if (await Task.WhenAny(said, ended) == ended && !said.IsCompleted)
            {
                var why = ended.IsCompletedSuccessfully ? "ended" : $"was silent for {Patience.TotalSeconds:0} s";
                Assert.Fail($"The process {why} before it said what was waited for. It said:\n{Output}{Errors}");
            }
        }
    }

    public async Task<CommandResult> EndAsync(TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"The process {Id} did not end. It said:\n{Output}{Errors}");
        }

        return new CommandResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>As <c>kill -9</c>: the process only, none of its children.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Heard(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        TaskCompletionSource said;
        lock (_gate)
        {
            lines.Add(line);
            (said, _said) = (_said, NewSignal());
        }

        said.SetResult();
    }

    private string Text(List<string> lines)
    {
        lock (_gate)
        {
            return string.Concat(lines.Select(line => line + "\n"));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
