using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>What a supervisor is started with.</summary>
/// <param name="Environment">Goes through its standard input: bubblewrap's arguments, or a script for <c>sh</c>.</param>
internal sealed record SupervisorStart(
    TaskKind Kind, bool Sandboxed, TaskLimits Limits, IReadOnlyList<string> Command, ReadOnlyMemory<byte> Environment);

/// <summary>Starts <c>supervisor.sh</c> in a session of its own.</summary>
internal sealed class Supervisor(ProcessExecutorOptions options)
{
    /// <summary>Room between the limit that we keep and the one that holds when we are away.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private static readonly string Script = LoadScript();

    // A packaged binary maps itself, whole and once more for what it unpacks.
    private readonly long _ofProgram = options.UnionBinary is { } binary ? 2 * new FileInfo(binary).Length : 0;

    public async Task<Process> StartAsync(AttemptFolder folder, SupervisorStart start, AttemptGroup? group)
    {
        var info = new ProcessStartInfo("setsid") { WorkingDirectory = folder.Root, RedirectStandardInput = true };
        foreach (var argument in (string[])["sh", "-c", Script, "union-attempt", .. Arguments(start), group?.Procs ?? "", .. start.Command])
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        info.Environment[AttemptProcesses.MarkVariable] = AttemptFolder.NameOf(folder.Key);
        var process = Start(info);
        try
        {
            await using var pipe = process.StandardInput.BaseStream;
            // Not cancelled: a command with half an environment must not run.
            await pipe.WriteAsync(start.Environment, CancellationToken.None);
        }
        catch (IOException)
        {
            // The command ended before it read all; how it ended says why.
        }

        return process;
    }

    /// <summary>
    /// The script that sets variables and becomes the command; it is read from a pipe, and its last line is the only one
    /// that runs anything.
    /// </summary>
    public static byte[] BareScript(AttemptFolder folder, IReadOnlyDictionary<string, string> environment)
    {
        var script = new StringBuilder();
        foreach (var (name, value) in environment)
        {
            script.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        }

        script.Append("cd ").Append(Quote(folder.Work)).Append(" || exit 125\nexec 3<&-\nexec \"$@\"\n");
        return Encoding.UTF8.GetBytes(script.ToString());
    }

    private static string Quote(string value) => "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw AttemptFailure.Platform("supervisor_failed", "The program setsid of util-linux cannot be started.", e);
        }
    }

    // Address space is not limited: runtimes reserve far more than they use. Data may be twice the memory and some, since
    // programs map more than they touch; what is touched is measured by the watchdog.
    private IEnumerable<string> Arguments(SupervisorStart start)
    {
        var seconds = Math.Ceiling((start.Limits.Timeout + options.KillGrace + Slack).TotalSeconds);
        return new[]
        {
            seconds, ((2 * start.Limits.Memory) + (64 << 20) + _ofProgram) / 1024,
            Math.Ceiling(Math.Max(1, start.Limits.Cpu) * seconds), options.MaxProcesses, options.MaxFileBytes / 512,
        }.Select(number => number.ToString("F0", CultureInfo.InvariantCulture))
            .Prepend(start.Sandboxed ? "sandboxed" : "bare");
    }

    private static string LoadScript()
    {
        var type = typeof(Supervisor);
        using var resource = type.Assembly.GetManifestResourceStream(type, "supervisor.sh")
            ?? throw new InvalidOperationException("The supervisor script is missing from the build.");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
