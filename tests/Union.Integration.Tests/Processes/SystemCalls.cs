using System.Buffers;

namespace Union.Integration.Tests.Processes;

/// <summary>
/// What a process hands to the kernel, as strace saw it: every call that moves bytes out of the process, whole, with the
/// file, pipe or socket behind its descriptor.
/// </summary>
internal sealed class SystemCalls(string file)
{
    private const string Writing =
        "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice,copy_file_range,mmap";

    /// <summary>Starts a program under strace and as a direct child of this process all the same.</summary>
    public string[] Tracer =>
    [
        "strace", "-D", "-f", "-q", "-yy", "--seccomp-bpf", "-s", "1048576", "-e", $"trace={Writing}", "-e", "signal=none",
        "-o", file,
    ];

    /// <summary>Null where this machine can trace.</summary>
    public static async Task<string?> WhyNotAsync()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "strace"))))
        {
            return "strace is not installed";
        }

        await using var tried = RunningProcess.Start(
            "strace", ["-f", "--seccomp-bpf", "-e", "trace=write", "-o", "/dev/null", "true"], "/", ProcessVariables.Of(Path.GetTempPath()));
        return (await tried.EndAsync()).ExitCode == 0 ? null : "strace may not trace here";
    }

    /// <summary>Lines of calls on sockets: bytes that are passed on.</summary>
    public IEnumerable<string> OnSockets(SearchValues<string> texts) =>
        Lines().Where(line => IsSocket(line) && line.AsSpan().ContainsAny(texts));

    /// <summary>Lines of calls on anything else, files and pipes above all: bytes that are kept or said.</summary>
    public IEnumerable<string> Elsewhere(SearchValues<string> texts) =>
        Lines().Where(line => !IsSocket(line) && line.AsSpan().ContainsAny(texts));

    /// <summary>Files that are written through memory, which no other call shows.</summary>
    public IEnumerable<string> SharedMaps() => Lines()
        .Where(line => line.Contains(" mmap(", StringComparison.Ordinal)
            && line.Contains("PROT_WRITE", StringComparison.Ordinal) && line.Contains("MAP_SHARED", StringComparison.Ordinal))
        .Select(Target).OfType<string>().Distinct();

    public bool Wrote(string path, string text) => Lines().Any(
        line => Target(line) == path && line.Contains(text, StringComparison.Ordinal));

    private static bool IsSocket(string line) =>
        Target(line) is { } target && (target.StartsWith("TCP", StringComparison.Ordinal) || target.StartsWith("UNIX", StringComparison.Ordinal));

    // A line is: 4711 pwrite64(12</tmp/control.db>, "..."
    private static string? Target(string line)
    {
        var call = line.IndexOf('(', StringComparison.Ordinal);
        var quote = line.IndexOf('"', StringComparison.Ordinal);
        var start = call < 0 ? -1 : line.IndexOf('<', call);
        return start < 0 || (quote >= 0 && quote < start) ? null : line[(start + 1)..].Split(">, ", 2)[0].TrimEnd('>');
    }

    private IEnumerable<string> Lines() => File.ReadLines(file);
}
