using System.Diagnostics;

namespace Union.Testing.Servers;

/// <summary>The packages in <c>tests/node</c>, where somebody installed them (<c>npm ci</c>; test.sh does).</summary>
public static class NodePackages
{
    public static string Folder => Path.Combine(RepositoryFiles.Root, "tests/node");

    /// <summary>Why a package cannot be used; null where it can.</summary>
    public static string? Absent(string package)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return !path.Any(folder => File.Exists(Path.Combine(folder, "node")))
            ? "Not installed: node."
            : Directory.Exists(Path.Combine(Folder, "node_modules", package))
                ? null
                : $"Not installed: {package} (run npm ci in tests/node).";
    }

    public static ProcessStartInfo Node(params IEnumerable<string> arguments) => new("node", arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>Runs a script of <c>tests/node</c> on a text; answers what it printed.</summary>
    public static async Task<string> RunAsync(string script, string input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Node(Path.Combine(Folder, script)))!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{script} failed: {await errors}");
    }
}
